package io.millrace.features.kafka;

import io.millrace.features.config.FeaturesConfig;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;

/** The configuration with fast settings. */
final class TestConfig {
    private TestConfig() {}

    static FeaturesConfig fast() {
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
                .withConverter(java.time.Duration.class, 500, new io.quarkus.runtime.configuration.DurationConverter())
                .withConverter(
                        io.quarkus.runtime.configuration.MemorySize.class,
                        500,
                        new io.quarkus.runtime.configuration.MemorySizeConverter())
                .build()
                .getConfigMapping(FeaturesConfig.class);
    }
}
