package io.millrace.inference.kafka;

import io.millrace.inference.app.watch.References;
import io.millrace.inference.app.watch.UpstreamStates;
import io.millrace.inference.app.watch.WatchSettings;
import io.millrace.inference.app.watch.WatchTelemetry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * What the watches of all pipelines share.
 *
 * @param streams the settings that they share with pipelines' streams
 * @param rowsPerSecond of a partition that are looked at; of more, a part
 * @param keepWithin how often what is counted is kept
 */
public record WatchParts(
        StreamSettings streams,
        WatchSettings settings,
        int rowsPerSecond,
        Duration keepWithin,
        References references,
        UpstreamStates upstream,
        WatchTelemetry telemetry,
        InstantSource clock) {
    /** What watches said last, by pipeline: JSON, compacted. */
    static final String REPORTS = "millrace.inference.drift.v1";

    /** State of a watch: by part, compacted, one partition. Whoever owns it watches. */
    static String state(String pipeline) {
        return "millrace.inference.watch." + pipeline + ".v1";
    }

    static Map<String, String> compacted() {
        return Map.of("cleanup.policy", "compact", "max.message.bytes", Integer.toString(16 << 20));
    }

    Map<String, Object> owner(String pipeline) {
        Map<String, Object> config = reader(pipeline);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, "millrace.inference-service.watch." + pipeline);
        config.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, "watch." + pipeline + "-" + streams.ordinal());
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        return config;
    }

    /** Of one that is in no group. */
    Map<String, Object> reader(String pipeline) {
        Map<String, Object> config = streams.follower(pipeline, "millrace-watch-" + pipeline + "-" + streams.ordinal());
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // Of many records some blocks are read: what is fetched behind one is mostly passed over.
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 128 << 10);
        return config;
    }

    /** All replicas have the same transactional id: whoever watches fences those before. */
    Map<String, Object> producer(String pipeline) {
        Map<String, Object> config = streams.producer(pipeline);
        config.put(ProducerConfig.CLIENT_ID_CONFIG, "millrace-watch-" + pipeline + "-" + streams.ordinal());
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "millrace.watch." + pipeline);
        return config;
    }
}
