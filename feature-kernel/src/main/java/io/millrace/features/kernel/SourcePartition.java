package io.millrace.features.kernel;

import org.jspecify.annotations.Nullable;

/**
 * A partition of a source topic.
 *
 * @param topicId Kafka's id of the topic: one that was deleted and made again has another
 */
public record SourcePartition(String topic, String topicId, int partition) {
    /** Asked for every event, mostly of the same object. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof SourcePartition source
                        && partition == source.partition
                        && topicId.equals(source.topicId)
                        && topic.equals(source.topic);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * topicId.hashCode() + topic.hashCode()) + partition;
    }
}
