package io.millrace.inference.config;

import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.features.kernel.registry.HttpSchemaRegistry;
import io.millrace.inference.app.ContractWatch;
import io.millrace.inference.app.EventLog;
import io.millrace.inference.app.PipelineControl;
import io.millrace.inference.app.Scoring;
import io.millrace.inference.app.StreamTelemetry;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.definition.DefinitionKind;
import io.millrace.inference.contracts.RegistryContracts;
import io.millrace.inference.kafka.KafkaPipelineStreams;
import io.millrace.inference.kafka.StreamSettings;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.arc.All;
import io.quarkus.arc.DefaultBean;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** Puts the streams together at start and ends them, each after its transaction, before the rest of the service goes. */
@Singleton
public class StreamWiring {
    private static final Pattern ORDINAL = Pattern.compile(".*-(\\d{1,4})");
    private static final int CONTRACT_EVENT_BYTES = 16 << 10;

    /** The clock of the service, unless a test gives another. */
    @Produces
    @DefaultBean
    @Singleton
    InstantSource clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    RegistryContracts contracts(InferenceConfig config) {
        return new RegistryContracts(config.registry().address());
    }

    void disconnect(@Disposes RegistryContracts contracts) {
        contracts.close();
    }

    @Produces
    @Singleton
    DefinitionCatalog definitions(
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "127.0.0.1:9092") String bootstrapServers,
            @All List<DefinitionKind<?>> kinds) {
        return DefinitionCatalog.follow(bootstrapServers, kinds);
    }

    @Produces
    @Singleton
    PipelineControl control(
            InferenceConfig config,
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "127.0.0.1:9092") String bootstrapServers,
            DefinitionCatalog definitions,
            Scoring scoring,
            RegistryContracts contracts,
            StreamTelemetry telemetry,
            EventLog events,
            OpenTelemetry traces,
            InstantSource clock) {
        InferenceConfig.Streams streams = config.streams();
        var limits = new ContractWatch.Limits(
                streams.contractInterval(),
                streams.contractRows(),
                CONTRACT_EVENT_BYTES,
                config.registry().deadline());
        var kafka = new KafkaPipelineStreams(
                settings(streams, bootstrapServers),
                scoring,
                contracts,
                limits,
                telemetry,
                traces,
                clock,
                schemas(config.schemaRegistry()));
        return PipelineControl.start(definitions, kafka, events);
    }

    void start(@Observes StartupEvent event, PipelineControl control) {
        control.whyNotCurrent();
    }

    void stop(@Observes ShutdownEvent event, PipelineControl control, DefinitionCatalog definitions) {
        control.close();
        definitions.close();
    }

    /** The number at the end of a pod's name, as a StatefulSet gives it; 0 where there is none. */
    static int ordinal(OptionalInt configured, @Nullable String hostName) {
        if (configured.isPresent()) {
            return configured.getAsInt();
        }
        Matcher matcher = ORDINAL.matcher(hostName == null ? "" : hostName);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    static Optional<SchemaRegistry> schemas(InferenceConfig.Schemas config) {
        return config.url()
                .map(url -> new HttpSchemaRegistry(url, config.username(), config.password(), config.timeout()));
    }

    static StreamSettings settings(InferenceConfig.Streams streams, String bootstrapServers) {
        return new StreamSettings(
                bootstrapServers,
                ordinal(streams.ordinal(), System.getenv("HOSTNAME")),
                streams.pollRecords(),
                streams.partRecords(),
                streams.sessionTimeout(),
                streams.transactionTimeout(),
                streams.maxPollInterval(),
                streams.callDeadline(),
                streams.compression().name().toLowerCase(Locale.ROOT),
                streams.createTopics(),
                Math.toIntExact(streams.maxEventSize().asLongValue()),
                streams.minBackOff(),
                streams.maxBackOff());
    }
}
