package io.millrace.features.kafka;

import io.millrace.features.config.FeaturesConfig;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/** The topics that this service makes where they are missing. */
@Singleton
public class OwnTopics {
    /** Pushed rows of all views. */
    static final String PUSH_LOG = "millrace.features.push.v1";

    /** Who did what to personal data. */
    static final String AUDIT_LOG = "millrace.features.audit.v1";

    private final Topics topics;
    private final FeaturesConfig config;

    public OwnTopics(Topics topics, FeaturesConfig config) {
        this.topics = topics;
        this.config = config;
    }

    /**
     * @throws KafkaException where it is missing and cannot be made
     */
    void ensurePushLog() {
        topics.ensure(
                PUSH_LOG,
                Optional.of(config.push().partitions()),
                Map.of("retention.ms", Long.toString(config.push().retention().toMillis())));
        topics.describe(PUSH_LOG);
    }

    /**
     * @throws KafkaException where it is missing and cannot be made
     */
    void ensureAuditLog() {
        topics.ensure(AUDIT_LOG, Optional.of(1), Map.of("retention.ms", "-1"));
    }
}
