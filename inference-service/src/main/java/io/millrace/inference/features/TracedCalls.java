package io.millrace.inference.features;

import io.grpc.ClientInterceptor;
import io.quarkus.opentelemetry.runtime.tracing.instrumentation.grpc.GrpcTracingClientInterceptor;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.List;

/** What stands before each call so that a trace goes on at feature-service. */
@ApplicationScoped
public class TracedCalls {
    private final Instance<GrpcTracingClientInterceptor> tracing;

    public TracedCalls(Instance<GrpcTracingClientInterceptor> tracing) {
        this.tracing = tracing;
    }

    List<ClientInterceptor> interceptors() {
        return tracing.stream()
                .<ClientInterceptor>map(interceptor -> interceptor)
                .toList();
    }
}
