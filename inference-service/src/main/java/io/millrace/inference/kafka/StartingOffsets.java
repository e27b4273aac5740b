package io.millrace.inference.kafka;

import io.millrace.inference.domain.Pipeline.Start;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Commits where a pipeline begins before anything is read, so that nothing that happens later can make it begin elsewhere. Each commit's metadata carries
 * a mark: the topic's id, because offsets of a topic that was deleted and made again mean nothing, and how many partitions there were at first, because
 * what came into a partition that was added later is all new, {@code start: latest} or not. Used by one thread.
 */
final class StartingOffsets {
    private static final Pattern MARK = Pattern.compile("topic=([A-Za-z0-9_-]{1,40});first=(\\d{1,6})");

    private final String topic;
    private final String topicId;
    private final Start start;
    private String mark = "";

    StartingOffsets(String topic, String topicId, Start start) {
        this.topic = topic;
        this.topicId = topicId;
        this.start = start;
    }

    /** The metadata of commits to a topic that had {@code first} partitions when the pipeline began. */
    static String mark(String topicId, int first) {
        return "topic=" + topicId + ";first=" + first;
    }

    /** Whether an offset was committed for the topic of this id; one without a mark was committed by somebody else's tool, on purpose. */
    static boolean isOf(OffsetAndMetadata offset, String topicId) {
        Matcher matcher = MARK.matcher(offset.metadata());
        return !matcher.matches() || matcher.group(1).equals(topicId);
    }

    /** How many partitions the topic had when the pipeline began, where the commit says so. */
    static Optional<Integer> first(OffsetAndMetadata offset, String topicId) {
        Matcher matcher = MARK.matcher(offset.metadata());
        return matcher.matches() && matcher.group(1).equals(topicId)
                ? Optional.of(Integer.valueOf(matcher.group(2)))
                : Optional.empty();
    }

    /** The metadata of this topic's commits. */
    String mark() {
        return mark;
    }

    /**
     * Commits the start of those partitions that have no committed offset.
     *
     * @throws StreamStalledException where committed offsets are of another topic of this name
     */
    void commitMissing(Consumer<?, ?> consumer, Collection<TopicPartition> assigned) {
        var all = new HashSet<TopicPartition>();
        for (PartitionInfo partition : consumer.partitionsFor(topic)) {
            all.add(new TopicPartition(topic, partition.partition()));
        }
        all.addAll(assigned);
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(all);
        int first = firstPartitions(committed).orElse(all.size());
        mark = mark(topicId, first);
        var fromStart = new HashSet<TopicPartition>();
        var fromEnd = new HashSet<TopicPartition>();
        for (TopicPartition partition : assigned) {
            if (committed.get(partition) == null) {
                boolean added = partition.partition() >= first;
                (added || start == Start.EARLIEST ? fromStart : fromEnd).add(partition);
            }
        }
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        note(offsets, fromStart, fromStart.isEmpty() ? Map.of() : consumer.beginningOffsets(fromStart));
        note(offsets, fromEnd, fromEnd.isEmpty() ? Map.of() : consumer.endOffsets(fromEnd));
        if (!offsets.isEmpty()) {
            consumer.commitSync(offsets);
        }
    }

    private void note(
            Map<TopicPartition, OffsetAndMetadata> offsets,
            Set<TopicPartition> partitions,
            Map<TopicPartition, Long> at) {
        for (TopicPartition partition : partitions) {
            Long offset = at.get(partition);
            if (offset == null) {
                throw new StreamStalledException("Kafka does not know where " + partition + " begins", null);
            }
            offsets.put(partition, new OffsetAndMetadata(offset, mark));
        }
    }

    private Optional<Integer> firstPartitions(Map<TopicPartition, OffsetAndMetadata> committed) {
        Optional<Integer> first = Optional.empty();
        for (OffsetAndMetadata offset : committed.values()) {
            Matcher matcher = MARK.matcher(offset == null ? "" : offset.metadata());
            if (matcher.matches()) {
                if (!matcher.group(1).equals(topicId)) {
                    throw new StreamStalledException(
                            "topic '" + topic
                                    + "' was deleted and made again: the committed offsets are of the old one; reset the group's"
                                    + " offsets to say where to go on",
                            null);
                }
                first = Optional.of(Integer.valueOf(matcher.group(2)));
            }
        }
        return first;
    }
}
