package io.millrace.edge.kafka;

import io.millrace.edge.app.SpoolEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;

/** The topics that edge-gateway owns. */
public final class EdgeTopics {
    public static final String SUMMARIES = "millrace.edge.summaries.v1";
    public static final String AGGREGATES = "millrace.edge.aggregates.v1";
    /** Spool id to {@code {"next": number}}: the first entry that is not in Kafka. Compacted, one partition. */
    public static final String CURSOR = "millrace.edge.cursor.v1";

    /** Largest record, in bytes: an aggregate of 10,000 nodes has some 3 MB. */
    static final int MAX_RECORD_BYTES = 32 << 20;

    private EdgeTopics() {}

    static String of(SpoolEntry.Kind kind) {
        return switch (kind) {
            case SUMMARY -> SUMMARIES;
            case AGGREGATE -> AGGREGATES;
        };
    }

    /** Makes the topics that are missing, with the broker's defaults for partitions and replicas; those that exist stay as they are. */
    static void ensure(String bootstrapServers) throws InterruptedException, ExecutionException, TimeoutException {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "request.timeout.ms",
                5_000,
                "default.api.timeout.ms",
                15_000,
                "reconnect.backoff.max.ms",
                5_000);
        try (Admin admin = Admin.create(config)) {
            Set<String> existing = admin.listTopics().names().get(20, TimeUnit.SECONDS);
            var missing = new ArrayList<NewTopic>();
            for (NewTopic topic : topics()) {
                if (!existing.contains(topic.name())) {
                    missing.add(topic);
                }
            }
            for (var made : admin.createTopics(missing).values().entrySet()) {
                await(made.getValue());
            }
        }
    }

    private static List<NewTopic> topics() {
        return List.of(
                new NewTopic(SUMMARIES, Optional.empty(), Optional.empty()),
                new NewTopic(AGGREGATES, Optional.of(1), Optional.empty())
                        .configs(Map.of("max.message.bytes", String.valueOf(MAX_RECORD_BYTES))),
                new NewTopic(CURSOR, Optional.of(1), Optional.empty()).configs(Map.of("cleanup.policy", "compact")));
    }

    private static void await(KafkaFuture<Void> made)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            made.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }
}
