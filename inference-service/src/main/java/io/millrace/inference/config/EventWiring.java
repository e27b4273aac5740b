package io.millrace.inference.config;

import io.millrace.inference.kafka.KafkaEventLog;
import io.millrace.inference.kafka.KafkaShadowLog;
import io.millrace.inference.telemetry.EventMetrics;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts the log of the service's own events together; it ends with the beans that tell. */
@Singleton
public class EventWiring {
    @Produces
    @Singleton
    KafkaEventLog events(
            InferenceConfig config,
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "127.0.0.1:9092") String bootstrapServers,
            InstantSource clock,
            EventMetrics metrics) {
        int ordinal = StreamWiring.ordinal(config.streams().ordinal(), System.getenv("HOSTNAME"));
        return new KafkaEventLog(
                bootstrapServers, KafkaEventLog.TOPIC, ordinal, config.events().maxWaiting(), clock, metrics);
    }

    @Produces
    @Singleton
    KafkaShadowLog shadows(
            InferenceConfig config,
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "127.0.0.1:9092") String bootstrapServers,
            InstantSource clock,
            EventMetrics metrics) {
        int ordinal = StreamWiring.ordinal(config.streams().ordinal(), System.getenv("HOSTNAME"));
        return new KafkaShadowLog(new KafkaEventLog(
                bootstrapServers, KafkaShadowLog.TOPIC, ordinal, config.events().maxWaiting(), clock, metrics));
    }

    void close(@Disposes KafkaShadowLog shadows) {
        shadows.close();
    }

    void close(@Disposes KafkaEventLog events) {
        events.close();
    }
}
