package io.millrace.inference.grpc;

import io.millrace.gate.grpc.EventLoopShedder;
import io.millrace.inference.app.Admission;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.inference.telemetry.InferenceMetrics;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.inject.Singleton;

/** Refuses calls while their event loop is behind: brief models are run on the event loops themselves, where no queue tells of overload. */
@GlobalInterceptor
@Singleton
public class LoadShedder extends EventLoopShedder {
    public LoadShedder(InferenceConfig config, InferenceMetrics metrics) {
        super(config.predict().eventLoopDelay(), Admission.busy("the service is overloaded"), metrics::shed);
    }
}
