package io.millrace.inference.app;

import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ServedFeatures;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which features a pipeline reads: those that it lists, or those of its feature service, which is asked for again once {@code
 * millrace.inference.features.service-refresh} is over. Thread-safe.
 */
@ApplicationScoped
public class PipelineFeatures {
    private final FeatureServices services;
    private final long refreshNanos;
    private final Map<String, Asked> asked = new ConcurrentHashMap<>();
    private final Map<String, Filled> filled = new ConcurrentHashMap<>();

    private record Asked(ServedFeatures features, long nanos) {}

    /** A pipeline with its service's features; kept, so that what was made of it is found again. */
    private record Filled(Pipeline pipeline, ServedFeatures features, Pipeline filled) {}

    public PipelineFeatures(FeatureServices services, InferenceConfig config) {
        this.services = services;
        this.refreshNanos = config.features().serviceRefresh().toNanos();
        if (refreshNanos <= 0) {
            throw new IllegalArgumentException("millrace.inference.features.service-refresh must be positive, was "
                    + config.features().serviceRefresh());
        }
    }

    /**
     * The pipeline with the features that it reads now; the same object as long as those are the same.
     *
     * @throws Refusal what {@link FeatureServices#find} throws. A feature-service that cannot be asked is no reason where it answered before
     */
    public Pipeline fill(Pipeline pipeline, Duration deadline) {
        if (pipeline.service().isEmpty()) {
            return pipeline;
        }
        ServedFeatures features = features(pipeline.service().get(), deadline);
        Filled known = filled.get(pipeline.name());
        if (known != null && known.pipeline() == pipeline && known.features().equals(features)) {
            return known.filled();
        }
        Pipeline made = pipeline.reading(features);
        filled.put(pipeline.name(), new Filled(pipeline, features, made));
        return made;
    }

    /** Asks again next time: what was known turned out not to be there any more. */
    public void forget(Pipeline pipeline) {
        pipeline.service().ifPresent(asked::remove);
    }

    /**
     * What a service stands for now.
     *
     * @throws Refusal what {@link FeatureServices#find} throws
     */
    ServedFeatures ask(String service, Duration deadline) {
        ServedFeatures found = services.find(service, deadline);
        asked.put(service, new Asked(found, System.nanoTime()));
        return found;
    }

    private ServedFeatures features(String service, Duration deadline) {
        @Nullable Asked known = asked.get(service);
        if (known != null && System.nanoTime() - known.nanos() < refreshNanos) {
            return known.features();
        }
        try {
            return ask(service, deadline);
        } catch (Refusal refusal) {
            if (known == null || refusal.reason().kind() == Reason.Kind.NOT_FOUND) {
                asked.remove(service);
                throw refusal;
            }
            return known.features();
        }
    }
}
