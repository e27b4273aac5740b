package io.millrace.features.kafka;

import io.millrace.features.config.FeaturesConfig;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/** The configuration with fast settings. */
final class TestConfig {
    private TestConfig() {}

    static FeaturesConfig fast() {
        return fast(Map.of());
    }

    /** With settings besides, of {@code millrace.features}. */
    static FeaturesConfig fast(Map<String, String> more) {
        Map<String, String> named = new HashMap<>();
        more.forEach((key, value) -> named.put("millrace.features." + key, value));
        return new SmallRyeConfigBuilder()
                .withMapping(FeaturesConfig.class)
                .withSources(new PropertiesConfigSource(
                        Map.of(
                                "millrace.features.ingestion.topic-check", "100ms",
                                "millrace.features.ingestion.min-backoff", "20ms",
                                "millrace.features.ingestion.max-backoff", "100ms",
                                "millrace.features.ingestion.commit-interval", "100ms"),
                        "test",
                        500))
                .withSources(new PropertiesConfigSource(named, "more", 600))
                .withConverter(java.time.Duration.class, 500, new io.quarkus.runtime.configuration.DurationConverter())
                .withConverter(
                        io.quarkus.runtime.configuration.MemorySize.class,
                        500,
                        new io.quarkus.runtime.configuration.MemorySizeConverter())
                .build()
                .getConfigMapping(FeaturesConfig.class);
    }
}
