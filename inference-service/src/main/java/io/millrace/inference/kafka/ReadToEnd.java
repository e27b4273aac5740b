package io.millrace.inference.kafka;

import io.millrace.inference.app.offsets.PipelineOffsets.Standing;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.label.LabelTime;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions have come to their end: those of labels that are read, those of a pipeline's input that are scored and whose predictions are read. Looked at each second; what a look saw is known once all is read that was there at it. Used by one thread.
 */
final class ReadToEnd {
    private static final Duration EVERY = Duration.ofSeconds(1);

    /** Transactions end with offsets that hold no record, which nobody commits: so few are none to be scored. */
    private static final long MARKERS = 8;

    private final LabelTopics topics;
    private final Pipeline pipeline;
    private final List<TopicPartition> read;
    private final Set<String> ofLabels;
    private Known known = new Known(Set.of(), LabelTime.NEVER);
    private @Nullable Look pending;
    private long looked;

    /**
     * What is known.
     *
     * @param partitions that had nothing more
     * @param newest prediction, when that was looked at, in microseconds since the epoch
     */
    record Known(Set<String> partitions, long newest) {}

    private record Look(Known seen, Map<TopicPartition, Long> ends) {}

    /**
     * @param read partitions of predictions and labels that are read
     * @param ofLabels names of those that are of labels
     */
    ReadToEnd(LabelTopics topics, Pipeline pipeline, List<TopicPartition> read, Set<String> ofLabels) {
        this.topics = topics;
        this.pipeline = pipeline;
        this.read = List.copyOf(read);
        this.ofLabels = Set.copyOf(ofLabels);
    }

    /**
     * As of the last look.
     *
     * @param position offset of the next record to be read of a partition
     * @param newest the newest prediction, in microseconds since the epoch
     */
    Known known(ToLongFunction<TopicPartition> position, long newest) {
        Look last = pending;
        if (last != null
                && last.ends().entrySet().stream()
                        .allMatch(end -> position.applyAsLong(end.getKey()) >= end.getValue())) {
            known = last.seen();
            pending = null;
        }
        if (pending == null && (looked == 0 || System.nanoTime() - looked > EVERY.toNanos())) {
            pending = look(newest);
            looked = System.nanoTime();
        }
        return known;
    }

    /** The name of a partition of a pipeline's input; no partition that is read has it, also where labels come from the same topic. */
    static String scored(String topic, int partition) {
        return "scored/" + topic + "-" + partition;
    }

    /** The topic of a partition by its name. */
    static String topic(String partition) {
        return partition.substring(partition.lastIndexOf('/') + 1, partition.lastIndexOf('-'));
    }

    private Look look(long newest) {
        Standing now = topics.standing(pipeline);
        var partitions = new HashSet<>(ofLabels);
        now.partitions().stream()
                .filter(partition -> partition.next() + MARKERS >= partition.end())
                .forEach(partition -> partitions.add(scored(now.topic(), partition.partition())));
        return new Look(new Known(partitions, newest), topics.ends(read));
    }
}
