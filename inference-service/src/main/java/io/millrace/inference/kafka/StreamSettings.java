package io.millrace.inference.kafka;

import io.millrace.inference.domain.Pipeline;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * How streams use Kafka. Each bound rests on the next: a scoring call ends before the transaction may time out, and that before the group
 * gives the partitions away.
 *
 * @param ordinal this replica's number among its kind, from 0; it names the transactional ids and the group's static members
 * @param pollRecords most records of one transaction
 * @param partRecords of a poll of more records, parts of about as many are scored at the same time, each with a look-up of its own
 * @param sessionTimeout how long the group waits for a replica that fell silent
 * @param callDeadline bound on one scoring call, without the patience for complete features
 * @param compression of what is written, predictions, alerts and dead letters, as Kafka names it
 * @param createTopics whether output and dead-letter topics are made where they are missing
 * @param maxEventBytes longer events are dead-lettered
 */
public record StreamSettings(
        String bootstrapServers,
        int ordinal,
        int pollRecords,
        int partRecords,
        Duration sessionTimeout,
        Duration transactionTimeout,
        Duration maxPollInterval,
        Duration callDeadline,
        String compression,
        boolean createTopics,
        int maxEventBytes,
        Duration minBackOff,
        Duration maxBackOff) {
    /** Largest record that is copied to a dead-letter topic, headers included. */
    static final int MAX_REQUEST_BYTES = 32 << 20;

    /** What follows a pipeline's predictions takes together what comes in so long. */
    static final Duration GATHERED = Duration.ofMillis(100);

    public StreamSettings {
        if (ordinal < 0) {
            throw new IllegalArgumentException("ordinal must not be negative, was " + ordinal);
        }
        if (pollRecords < 1) {
            throw new IllegalArgumentException("poll records must be at least 1, was " + pollRecords);
        }
        if (partRecords < 1) {
            throw new IllegalArgumentException("part records must be at least 1, was " + partRecords);
        }
        if (callDeadline.compareTo(transactionTimeout) >= 0) {
            throw new IllegalArgumentException("the call deadline, " + callDeadline
                    + ", must be below the transaction timeout, " + transactionTimeout);
        }
        if (transactionTimeout.compareTo(maxPollInterval) >= 0) {
            throw new IllegalArgumentException("the transaction timeout, " + transactionTimeout
                    + ", must be below the maximum poll interval, " + maxPollInterval);
        }
        if (minBackOff.compareTo(maxBackOff) > 0) {
            throw new IllegalArgumentException(
                    "the least back-off, " + minBackOff + ", is above the longest, " + maxBackOff);
        }
    }

    static String group(String pipeline) {
        return "millrace.inference-service." + pipeline;
    }

    static String deadLetters(Pipeline pipeline) {
        return pipeline.input().topic() + ".dlq";
    }

    /** What the transactional ids of all replicas of a pipeline begin with; the ordinal follows. */
    static String transactionalIds(String pipeline) {
        return "millrace-" + pipeline + "-";
    }

    String transactionalId(String pipeline) {
        return transactionalIds(pipeline) + ordinal;
    }

    /** The static member that this replica is in the pipeline's group. */
    String member(String pipeline) {
        return pipeline + "-" + ordinal;
    }

    Map<String, Object> admin() {
        return Map.of(
                "bootstrap.servers", bootstrapServers, "request.timeout.ms", 5_000, "default.api.timeout.ms", 10_000);
    }

    Map<String, Object> consumer(String pipeline) {
        var config = new HashMap<String, Object>();
        config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, group(pipeline));
        config.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        config.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, member(pipeline));
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, "millrace-" + pipeline + "-" + ordinal);
        config.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class.getName()));
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, pollRecords);
        config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 << 20);
        config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, millis(sessionTimeout));
        config.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, heartbeatMillis());
        config.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, millis(maxPollInterval));
        config.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 10_000);
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 20_000);
        return config;
    }

    /** Of a consumer that is in no group and need not have each record at once: fetches are gathered, or each of the pipeline's transactions would cost one. */
    Map<String, Object> follower(String pipeline, String clientId) {
        Map<String, Object> config = consumer(pipeline);
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        config.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        config.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 256 << 10);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, millis(GATHERED));
        return config;
    }

    Map<String, Object> producer(String pipeline) {
        var config = new HashMap<String, Object>();
        config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        config.put(ProducerConfig.CLIENT_ID_CONFIG, "millrace-" + pipeline + "-" + ordinal);
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId(pipeline));
        config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, millis(transactionTimeout));
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, compression);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, (long) MAX_REQUEST_BYTES * 2);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
        int patience = Math.min(millis(transactionTimeout) / 2, 20_000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.max(1_000, patience / 2));
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Math.max(1_000, patience / 2) + patience / 2);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, patience);
        return config;
    }

    /** The group's changes reach a member with a heartbeat's answer: half a second or less, so that a take-over is the session timeout and little more. */
    private int heartbeatMillis() {
        return Math.min(500, millis(sessionTimeout) / 4);
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(duration.toMillis());
    }
}
