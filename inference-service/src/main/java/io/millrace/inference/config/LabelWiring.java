package io.millrace.inference.config;

import io.millrace.gate.ConfigBounds;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.label.FoldFeed.Keeping;
import io.millrace.inference.app.label.LabelControl;
import io.millrace.inference.app.label.LabelTelemetry;
import io.millrace.inference.app.label.OutcomeFolds;
import io.millrace.inference.kafka.KafkaLabelStreams;
import io.millrace.inference.kafka.LabelSettings;
import io.millrace.inference.store.FoldFiles;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts the label streams together at start and ends them before the catalog goes. */
@Singleton
public class LabelWiring {
    @Produces
    @Singleton
    LabelControl labels(
            InferenceConfig config,
            LabelsConfig labels,
            OutcomesConfig outcomes,
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "127.0.0.1:9092") String bootstrapServers,
            DefinitionCatalog definitions,
            LabelTelemetry telemetry,
            @All List<OutcomeFolds> folds) {
        var settings = new LabelSettings(
                StreamWiring.settings(config.streams(), bootstrapServers),
                labels.maxWaiting(),
                labels.disorder(),
                labels.ahead(),
                outcomes.retention(),
                new Keeping(outcomes.keepEvery(), outcomes.keepWithin()));
        var streams = new KafkaLabelStreams(
                settings,
                new FoldFiles(outcomes.directory()),
                telemetry,
                StreamWiring.schemas(config.schemaRegistry()));
        return LabelControl.start(definitions, streams, folds);
    }

    static void check(ConfigBounds bounds, LabelsConfig labels, OutcomesConfig outcomes) {
        bounds.number("labels.max-waiting", labels.maxWaiting(), 1, 100_000_000);
        bounds.time("labels.disorder", labels.disorder(), "PT0S", "P90D");
        bounds.time("labels.ahead", labels.ahead(), "PT0S", "P3650D");
        bounds.number("outcomes.keep-every", outcomes.keepEvery(), 1, Integer.MAX_VALUE);
        bounds.time("outcomes.keep-within", outcomes.keepWithin(), "PT0.1S", "PT1H");
        bounds.time("outcomes.retention", outcomes.retention(), "PT1H", "P3650D");
    }

    void start(@Observes StartupEvent event, LabelControl control) {
        control.folds("");
    }

    void stop(@Observes @Priority(1_000) ShutdownEvent event, LabelControl control) {
        control.close();
    }
}
