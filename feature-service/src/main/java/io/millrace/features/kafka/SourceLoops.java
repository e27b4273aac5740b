package io.millrace.features.kafka;

import io.millrace.features.app.IngestionReport.State;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Source;
import java.util.function.Consumer;

/** Says which topic a view's events are in, and how a loop reads it. */
record SourceLoops(KafkaClients clients, Topics topics, OwnTopics own, FeaturesConfig config) {
    /** Whether replicas share the work on the online store. */
    boolean isShared() {
        return config.onlineStore().kind() == FeaturesConfig.Kind.REDIS;
    }

    SourceLoop.Wiring of(FeatureView view, String group, boolean shared, Consumer<State> retried) {
        return new SourceLoop.Wiring(
                clients,
                topics,
                topic(view),
                group,
                shared,
                switch (view.source()) {
                    case Source.Topic _ -> () -> {};
                    case Source.Push _, Source.Batch _ -> own::ensurePushLog;
                },
                config.ingestion().minBackoff(),
                config.ingestion().maxBackoff(),
                retried);
    }

    /** The topic of a view's events. */
    static String topic(FeatureView view) {
        return switch (view.source()) {
            case Source.Topic source -> source.topic();
            case Source.Push _, Source.Batch _ -> OwnTopics.PUSH_LOG;
        };
    }
}
