package io.millrace.features.kafka;

import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.deletion.VoidFilter;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.telemetry.FeatureMetrics;
import java.util.UUID;

/** Puts together what the loop of a view works with. */
record LoopWirings(
        KafkaClients clients,
        Topics topics,
        OwnTopics own,
        FeaturesConfig config,
        Readers readers,
        VoidFilter voids,
        FeatureMetrics metrics) {
    ViewIngestion.Wiring of(FeatureView view, OnlineStore store) {
        boolean isShared = config.onlineStore().kind() == FeaturesConfig.Kind.REDIS;
        FeaturesConfig.Ingestion settings = config.ingestion();
        String group = ViewIngestion.group(view.id());
        String transactionalId = isShared ? group + "." + UUID.randomUUID() : group;
        return new ViewIngestion.Wiring(
                clients,
                topics,
                voids.of(store),
                ViewIngestions.topic(view),
                isShared,
                () -> readers.online(view),
                switch (view.source()) {
                    case Source.Topic _ -> () -> {};
                    case Source.Push _, Source.Batch _ -> own::ensurePushLog;
                },
                () -> new DeadLetters(
                        clients, topics, transactionalId, view.id().toString()),
                settings.commitInterval(),
                settings.minBackoff(),
                settings.maxBackoff(),
                new Counts(metrics),
                metrics::retried);
    }
}
