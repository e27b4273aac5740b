package io.millrace.features.kafka;

import io.millrace.definitions.log.DefinitionLog;
import io.millrace.definitions.log.DefinitionLogException;
import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.gate.Refusal;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Definitions in the compacted topic {@value #TOPIC}, as YAML under the keys of {@link io.millrace.features.app.LogKeys}. */
@ApplicationScoped
public class KafkaDefinitions implements DefinitionStore {
    static final String TOPIC = "millrace.features.definitions.v1";

    private final Catalog catalog;
    private final KafkaClients clients;
    private final FeaturesConfig config;
    private @Nullable DefinitionLog log;

    public KafkaDefinitions(Catalog catalog, KafkaClients clients, FeaturesConfig config) {
        this.catalog = catalog;
        this.clients = clients;
        this.config = config;
    }

    void start(@Observes StartupEvent event) {
        log = DefinitionLog.follow(
                clients.bootstrapServers(),
                TOPIC,
                change -> catalog.hear(change.key(), Optional.ofNullable(change.value())));
    }

    void stop(@Observes ShutdownEvent event) {
        if (log != null) {
            log.close();
        }
    }

    @Override
    public void write(Map<String, Optional<String>> changes) {
        Map<String, @Nullable String> values = new LinkedHashMap<>();
        changes.forEach((key, value) -> values.put(key, value.orElse(null)));
        try {
            if (log == null) {
                throw new IllegalStateException("definitions are written before the service has started");
            }
            log.write(values, config.definitionsPatience());
        } catch (DefinitionLogException e) {
            throw new Refusal(FeatureReason.DEFINITIONS_UNAVAILABLE, "Kafka did not take the definitions", e);
        }
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
}
