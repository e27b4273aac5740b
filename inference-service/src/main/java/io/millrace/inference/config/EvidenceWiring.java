package io.millrace.inference.config;

import io.millrace.inference.app.experiment.EvidenceLog;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts the log together that says how experiments and bandits stand. */
@Singleton
public class EvidenceWiring {
    @Produces
    @Singleton
    EvidenceLog evidence(
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "127.0.0.1:9092")
                    String bootstrapServers) {
        return EvidenceLog.follow(bootstrapServers);
    }

    void close(@Disposes EvidenceLog evidence) {
        evidence.close();
    }
}
