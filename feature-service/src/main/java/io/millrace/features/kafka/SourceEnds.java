package io.millrace.features.kafka;

import io.millrace.features.kernel.SourcePartition;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Where source topics end: behind the last committed record of each partition. All that ask about one topic while a question about it is
 * under way share the next one.
 */
@ApplicationScoped
public class SourceEnds {
    private final Topics topics;
    private final Map<String, Coalescing<Map<SourcePartition, Long>>> questions = new ConcurrentHashMap<>();

    public SourceEnds(Topics topics) {
        this.topics = topics;
    }

    /** The ends, from a question that is sent after this was called. Fails where Kafka does not answer or the topic is not there. */
    CompletableFuture<Map<SourcePartition, Long>> of(String topic) {
        return questions
                .computeIfAbsent(topic, name -> new Coalescing<>(() -> ask(name)))
                .ask();
    }

    /**
     * Asks for the ends of the partitions that are known and for the partitions that there are at the same time, and once more where a partition
     * turned out to be new: events in it count as well.
     */
    private CompletableFuture<Map<SourcePartition, Long>> ask(String topic) {
        CompletableFuture<TopicInfo> described = topics.describe(topic);
        List<TopicPartition> known = topics.lastSeen(topic) instanceof Topics.Seen.Present(TopicInfo last)
                ? last.topicPartitions()
                : List.of();
        CompletableFuture<Map<TopicPartition, ListOffsetsResultInfo>> ends =
                known.isEmpty() ? CompletableFuture.completedFuture(Map.of()) : topics.ends(known);
        return described.thenCompose(info -> ends.thenCompose(some -> {
            List<TopicPartition> fresh = new ArrayList<>(info.topicPartitions());
            fresh.removeAll(Set.copyOf(known));
            return fresh.isEmpty()
                    ? CompletableFuture.completedFuture(bySource(info, some))
                    : topics.ends(fresh).thenApply(rest -> {
                        var all = new HashMap<>(some);
                        all.putAll(rest);
                        return bySource(info, all);
                    });
        }));
    }

    private static Map<SourcePartition, Long> bySource(
            TopicInfo info, Map<TopicPartition, ListOffsetsResultInfo> ends) {
        var bySource = new HashMap<SourcePartition, Long>();
        ends.forEach((partition, end) -> bySource.put(info.source(partition.partition()), end.offset()));
        return bySource;
    }
}
