package io.millrace.inference.config;

import io.millrace.gate.ConfigBounds;
import io.millrace.inference.app.payload.PayloadLog;
import io.millrace.inference.app.payload.PayloadSettings;
import io.millrace.inference.app.payload.PayloadSink;
import io.millrace.inference.contracts.RegistryContracts;
import io.millrace.inference.files.PayloadFiles;
import io.millrace.inference.kafka.PayloadTopic;
import io.millrace.inference.telemetry.PayloadMetrics;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts the log of calls together. */
@Singleton
public class PayloadWiring {
    @Produces
    @Singleton
    PayloadLog log(
            PayloadsConfig config,
            InferenceConfig inference,
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "127.0.0.1:9092") String bootstrapServers,
            RegistryContracts contracts,
            InstantSource clock,
            PayloadMetrics metrics) {
        var sinks = new ArrayList<PayloadSink>();
        boolean isOn =
                config.defaultRatio() > 0 || config.ratio().values().stream().anyMatch(ratio -> ratio > 0);
        if (isOn && config.toTopic()) {
            int ordinal = StreamWiring.ordinal(inference.streams().ordinal(), System.getenv("HOSTNAME"));
            sinks.add(new PayloadTopic(bootstrapServers, ordinal, metrics));
        }
        if (isOn && config.directory().isPresent()) {
            sinks.add(new PayloadFiles(
                    new PayloadFiles.Bounds(
                            config.directory().get(),
                            config.rollInterval(),
                            config.rollSize().asLongValue(),
                            config.minFree().asLongValue()),
                    metrics));
        }
        var settings = new PayloadSettings(
                config.defaultRatio(),
                config.ratio(),
                Set.copyOf(config.loggedClassifications()),
                config.hashKey(),
                config.withoutContract(),
                config.maxWaiting(),
                config.maxWaitingSize().asLongValue(),
                config.maxSize().asLongValue(),
                config.contractRefresh(),
                inference.registry().deadline());
        return new PayloadLog(settings, contracts, sinks, clock, metrics);
    }

    /** What a process before left behind is taken up, and the topic made, before the first call. */
    void begin(@Observes StartupEvent event, PayloadLog log) {
        log.begin();
    }

    void end(@Disposes PayloadLog log) {
        log.close();
    }

    static void check(ConfigBounds bounds, PayloadsConfig config) {
        bounds.share("payloads.default-ratio", config.defaultRatio(), 0, 1);
        config.ratio().forEach((name, ratio) -> bounds.share("payloads.ratio." + name, ratio, 0, 1));
        config.hashKey().ifPresent(key -> bounds.number("payloads.hash-key (its length)", key.length(), 16, 1_024));
        bounds.time("payloads.contract-refresh", config.contractRefresh(), "PT0.1S", "PT1H");
        bounds.number("payloads.max-waiting", config.maxWaiting(), 1, 1_000_000);
        bounds.size("payloads.max-waiting-size", config.maxWaitingSize(), 1 << 10, 1L << 30);
        bounds.size("payloads.max-size", config.maxSize(), 1 << 10, 4 << 20);
        bounds.size("payloads.roll-size", config.rollSize(), 1 << 10, 1L << 30);
        bounds.time("payloads.roll-interval", config.rollInterval(), "PT1S", "P1D");
    }
}
