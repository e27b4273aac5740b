package io.millrace.inference.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.inference.app.PipelineControl;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** What streams are behind, as they say when they are asked. */
@Singleton
public class StreamGauges {
    void register(@Observes StartupEvent start, MeterRegistry registry, PipelineControl control) {
        Gauge.builder(InferenceMetrics.STREAM_LAG, control, PipelineControl::lag)
                .description("Records of this replica's partitions that are not scored yet")
                .register(registry);
        Gauge.builder(InferenceMetrics.STREAMS_STALLED, control, pipelines -> pipelines
                        .stalled()
                        .size())
                .description("Pipelines that cannot go on")
                .register(registry);
    }
}
