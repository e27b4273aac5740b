package io.millrace.features.kernel;

/** Where an event stands in its log. Orders events of equal time: by topic id, partition, offset. */
public record Position(SourcePartition source, long offset) implements Comparable<Position> {
    @Override
    public int compareTo(Position other) {
        int byTopic = source.topicId().compareTo(other.source.topicId());
        if (byTopic != 0) {
            return byTopic;
        }
        int byPartition = Integer.compare(source.partition(), other.source.partition());
        return byPartition != 0 ? byPartition : Long.compare(offset, other.offset);
    }
}
