package io.millrace.features.grpc;

import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.OnlineFeatures;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.telemetry.FeatureMetrics;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.EventLoopShedder;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.inject.Singleton;

/** Refuses calls while their event loop is behind: small reads are made on the event loops themselves. */
@GlobalInterceptor
@Singleton
public class LoadShedder extends EventLoopShedder {
    public LoadShedder(FeaturesConfig config, FeatureMetrics metrics) {
        super(
                config.reads().eventLoopDelay(),
                Refusal.forNow(
                        FeatureReason.TOO_MANY_READS,
                        "the service is overloaded; try again later",
                        OnlineFeatures.RETRY_AFTER),
                () -> metrics.refused(FeatureReason.TOO_MANY_READS));
    }
}
