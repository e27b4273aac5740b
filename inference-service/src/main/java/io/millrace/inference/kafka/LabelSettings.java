package io.millrace.inference.kafka;

import io.millrace.inference.app.label.FoldFeed.Keeping;
import io.millrace.inference.domain.label.LabelStream;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * How label streams use Kafka.
 *
 * @param streams the settings that they share with pipelines' streams
 * @param maxWaiting most predictions, and most labels, that wait for each other
 * @param disorder how far records of a partition may be out of their order, and how far a partition that has nothing more to read may be behind, by event time
 * @param ahead how far a record's event time may be ahead of when Kafka got it
 * @param retention how long outcomes are kept, or three times the delay where that is longer
 */
public record LabelSettings(
        StreamSettings streams,
        int maxWaiting,
        Duration disorder,
        Duration ahead,
        Duration retention,
        Keeping keeping) {
    /** One topic of outcomes for each label stream. */
    public static String outcomes(String labels) {
        return "millrace.inference.outcomes." + labels + ".v1";
    }

    /** What the outcomes do not say of the state of the join. */
    static String state(String labels) {
        return "millrace.inference.outcomes." + labels + ".state.v1";
    }

    static Map<String, String> stateTopic() {
        return Map.of(
                "cleanup.policy",
                "compact",
                "segment.bytes",
                Integer.toString(16 << 20),
                "segment.ms",
                Long.toString(Duration.ofMinutes(10).toMillis()),
                "min.cleanable.dirty.ratio",
                "0.1");
    }

    static String group(String labels) {
        return "millrace.inference-service.labels." + labels;
    }

    /** All replicas have the same: whoever owns the stream fences those before. */
    static String transactionalId(String labels) {
        return "millrace.labels." + labels;
    }

    /** What this stream takes for out of order. */
    Duration disorder(LabelStream labels) {
        return disorder.compareTo(labels.delay()) < 0 ? disorder : labels.delay();
    }

    Map<String, String> topic(LabelStream labels) {
        Duration least = labels.delay().multipliedBy(3);
        Duration kept = retention.compareTo(least) < 0 ? least : retention;
        return Map.of("retention.ms", Long.toString(kept.toMillis()));
    }

    /** Of the one that reads outcomes and owns the stream as a member of its group. */
    Map<String, Object> owner(String labels) {
        Map<String, Object> config = reader(labels);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, group(labels));
        config.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, "labels." + labels + "-" + streams.ordinal());
        return config;
    }

    /** Of the one that reads what is joined: no member, but it asks for the group's offsets. */
    Map<String, Object> joiner(String labels) {
        Map<String, Object> config = reader(labels);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, group(labels));
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, "millrace-labels-" + labels + "-" + streams.ordinal() + "-join");
        return config;
    }

    /** Of one that is in no group. */
    Map<String, Object> reader(String labels) {
        return streams.follower(labels, "millrace-labels-" + labels + "-" + streams.ordinal());
    }

    Map<String, Object> producer(String labels) {
        Map<String, Object> config = streams.producer(labels);
        config.put(ProducerConfig.CLIENT_ID_CONFIG, "millrace-labels-" + labels + "-" + streams.ordinal());
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId(labels));
        return config;
    }
}
