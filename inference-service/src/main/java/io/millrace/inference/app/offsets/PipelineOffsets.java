package io.millrace.inference.app.offsets;

import io.millrace.inference.domain.Pipeline;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Where pipelines stand in their input topics. Thread-safe; all calls may block. Every method throws {@link io.millrace.gate.Refusal} OFFSETS_UNAVAILABLE where Kafka does not
 * answer or the input topic is missing.
 */
public interface PipelineOffsets {
    /** What is committed and what the topic holds. */
    Standing look(Pipeline pipeline);

    /** By partition the offset of the first record whose timestamp in Kafka is {@code time} or later; the partition's end where there is none. */
    Map<Integer, Long> at(Pipeline pipeline, Instant time);

    /** Waits until no replica is in the pipeline's group, as long as it takes to notice that one is gone; gives those that still are. */
    Set<String> awaitNobody(Pipeline pipeline);

    /**
     * Ends transactions that the dead left open, then commits these offsets in the place of those that were committed, all or none.
     *
     * @param seen what was looked at; the offsets are of this topic
     * @throws io.millrace.gate.Refusal PIPELINE_IN_USE where a replica has joined the group meanwhile; nothing was changed
     */
    void move(Pipeline pipeline, Standing seen, Map<Integer, Long> to);

    /**
     * Where a pipeline stands.
     *
     * @param topicId changes when the topic is deleted and made again; offsets that were committed for another topic of this name do not count
     */
    record Standing(String topic, String topicId, List<Partition> partitions) {
        public Standing {
            partitions = List.copyOf(partitions);
        }

        /** Records not scored yet, over all partitions; more than there are where some offsets hold no record. */
        public long lag() {
            return partitions.stream().mapToLong(Partition::lag).sum();
        }
    }

    /**
     * A partition of the input topic.
     *
     * @param committed offset of the next record that will be scored; empty where none was committed yet
     * @param first of the records that are still there
     * @param end behind the last record that was committed
     */
    record Partition(int partition, OptionalLong committed, long first, long end) {
        /** Offset of the next record that is there to be scored. */
        public long next() {
            return Math.min(end, Math.max(first, committed.orElse(first)));
        }

        public long lag() {
            return end - next();
        }
    }
}
