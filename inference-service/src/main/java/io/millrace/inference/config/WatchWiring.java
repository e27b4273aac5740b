package io.millrace.inference.config;

import io.millrace.gate.ConfigBounds;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.watch.References;
import io.millrace.inference.app.watch.UpstreamStates;
import io.millrace.inference.app.watch.WatchControl;
import io.millrace.inference.app.watch.WatchSettings;
import io.millrace.inference.app.watch.WatchTelemetry;
import io.millrace.inference.kafka.KafkaDriftReports;
import io.millrace.inference.kafka.KafkaWatchStreams;
import io.millrace.inference.kafka.WatchParts;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts the watches of pipelines together at start and ends them before the catalog goes. */
@Singleton
public class WatchWiring {
    @Produces
    @Singleton
    WatchParts parts(
            InferenceConfig config,
            WatchConfig watch,
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "127.0.0.1:9092") String bootstrapServers,
            References references,
            UpstreamStates upstream,
            WatchTelemetry telemetry,
            InstantSource clock) {
        return new WatchParts(
                StreamWiring.settings(config.streams(), bootstrapServers),
                new WatchSettings(
                        watch.tile(),
                        watch.windowRows(),
                        watch.windowTiles(),
                        watch.minimumRows(),
                        watch.referenceRows(),
                        watch.weeks(),
                        watch.grace(),
                        watch.alpha(),
                        watch.minimumPsi(),
                        watch.minimumShare(),
                        watch.minimumAuc(),
                        watch.sampleRows()),
                watch.rowsPerSecond(),
                watch.keepWithin(),
                references,
                upstream,
                telemetry,
                clock);
    }

    @Produces
    @Singleton
    KafkaDriftReports reports(WatchParts parts) {
        return new KafkaDriftReports(parts);
    }

    void close(@Disposes KafkaDriftReports reports) {
        reports.close();
    }

    @Produces
    @Singleton
    WatchControl watches(WatchParts parts, DefinitionCatalog definitions) {
        return WatchControl.start(definitions, new KafkaWatchStreams(parts));
    }

    static void check(ConfigBounds bounds, WatchConfig watch) {
        bounds.time("watch.tile", watch.tile(), "PT1M", "P7D");
        bounds.number("watch.window-rows", watch.windowRows(), 50, 10_000_000);
        bounds.number("watch.window-tiles", watch.windowTiles(), 1, 1_000);
        bounds.number("watch.minimum-rows", watch.minimumRows(), 50, 10_000_000);
        bounds.number("watch.reference-rows", watch.referenceRows(), 100, 20_000);
        bounds.number("watch.rows-per-second", watch.rowsPerSecond(), 10, 1_000_000);
        bounds.number("watch.weeks", watch.weeks(), 0, 8);
        bounds.time("watch.grace", watch.grace(), "PT0S", "P7D");
        bounds.share("watch.alpha", watch.alpha(), 1e-12, 0.4);
        bounds.share("watch.minimum-psi", watch.minimumPsi(), 0, 10);
        bounds.share("watch.minimum-share", watch.minimumShare(), 0, 1);
        bounds.share("watch.minimum-auc", watch.minimumAuc(), 0.5, 0.99);
        bounds.number("watch.sample-rows", watch.sampleRows(), 50, 2_000);
        bounds.time("watch.keep-within", watch.keepWithin(), "PT0.1S", "PT1H");
    }

    void start(
            @Observes StartupEvent event,
            WatchConfig watch,
            Instance<WatchControl> control,
            KafkaDriftReports reports) {
        reports.all();
        if (watch.enabled()) {
            control.get().status("");
        }
    }

    void stop(@Observes @Priority(1_000) ShutdownEvent event, WatchConfig watch, Instance<WatchControl> control) {
        if (watch.enabled()) {
            control.get().close();
        }
    }
}
