package io.millrace.features.kafka;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.InvalidDefinitionException;
import io.millrace.definitions.log.DefinitionLog;
import io.millrace.definitions.log.DefinitionLogException;
import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.FeatureViewReader;
import io.millrace.gate.Refusal;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Definitions in the compacted topic {@value #TOPIC}: {@code view@version} to the YAML as it was applied. */
@ApplicationScoped
public class KafkaDefinitions implements DefinitionStore {
    static final String TOPIC = "millrace.features.definitions.v1";

    private static final Logger LOG = Logger.getLogger(KafkaDefinitions.class);

    private final Catalog catalog;
    private final KafkaClients clients;
    private final FeaturesConfig config;
    private final FeatureViewReader reader = new FeatureViewReader();
    private @Nullable DefinitionLog log;

    public KafkaDefinitions(Catalog catalog, KafkaClients clients, FeaturesConfig config) {
        this.catalog = catalog;
        this.clients = clients;
        this.config = config;
    }

    void start(@Observes StartupEvent event) {
        log = DefinitionLog.follow(clients.bootstrapServers(), TOPIC, this::hear);
    }

    void stop(@Observes ShutdownEvent event) {
        if (log != null) {
            log.close();
        }
    }

    @Override
    public void put(List<FeatureView> views) {
        Map<String, @Nullable String> changes = new LinkedHashMap<>();
        views.forEach(view -> changes.put(view.id().toString(), view.yaml()));
        write(changes);
    }

    @Override
    public void remove(ViewId id) {
        write(DefinitionLog.remove(id.toString()));
    }

    @Override
    public boolean isCurrent() {
        return log != null && log.isCurrent();
    }

    @Override
    public String failure() {
        String failure = log == null ? "not started" : log.failure();
        return failure == null ? "" : failure;
    }

    private void write(Map<String, @Nullable String> changes) {
        try {
            if (log == null) {
                throw new IllegalStateException("definitions are written before the service has started");
            }
            log.write(changes, config.definitionsPatience());
        } catch (DefinitionLogException e) {
            throw new Refusal(FeatureReason.DEFINITIONS_UNAVAILABLE, "Kafka did not take the definitions", e);
        }
    }

    private void hear(DefinitionLog.Change change) {
        String yaml = change.value();
        if (yaml == null) {
            int at = change.key().indexOf('@');
            catalog.remove(new ViewId(
                    change.key().substring(0, Math.max(0, at)), change.key().substring(at + 1)));
            return;
        }
        try {
            reader.read(List.of(new DefinitionFile(change.key(), yaml))).stream()
                    .filter(view -> view.id().toString().equals(change.key()))
                    .forEach(catalog::put);
        } catch (InvalidDefinitionException e) {
            LOG.errorf(e, "The definition of %s in %s cannot be read by this release", change.key(), TOPIC);
        }
    }
}
