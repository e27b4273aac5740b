package io.millrace.inference.sample;

import io.millrace.inference.config.InferenceConfig;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;

/** The service's settings without the service. */
public final class Settings {
    private Settings() {}

    /** The defaults, but for these keys below {@code millrace.inference}. */
    public static InferenceConfig with(Map<String, String> settings) {
        return of(InferenceConfig.class, settings);
    }

    /** The same of another mapping. */
    public static <T> T of(Class<T> mapping, Map<String, String> settings) {
        var builder = new SmallRyeConfigBuilder()
                .withMapping(mapping)
                .withConverter(MemorySize.class, 500, new MemorySizeConverter())
                .withConverter(Duration.class, 500, new DurationConverter());
        settings.forEach((key, value) -> builder.withDefaultValue("millrace.inference." + key, value));
        return builder.build().getConfigMapping(mapping);
    }
}
