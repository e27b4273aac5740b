package io.millrace.features.kafka;

import io.millrace.features.app.Backfill;
import io.millrace.features.app.Backfill.Range;
import io.millrace.features.app.Backfills;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.FeatureView.Table;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Asks Kafka how much of its topic a new view reads first. A batch source waits for a materialisation, a push source for its pushes. */
@ApplicationScoped
public class KafkaBackfills implements Backfills {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Topics topics;

    public KafkaBackfills(Topics topics) {
        this.topics = topics;
    }

    @Override
    public Backfill of(FeatureView view) {
        return switch (view.source()) {
            case Source.Topic topic -> ofTopic(view, topic.topic());
            case Source.Push() ->
                new Backfill(view.id(), "push", List.of(), OptionalLong.of(0), "empty until rows are pushed");
            case Source.Batch(Table.Files(String path), var _, var _) -> batch(view, path);
            case Source.Batch(Table.Query(String sql, String connection), var _, var _) ->
                batch(view, sql + " on " + connection);
        };
    }

    private static Backfill batch(FeatureView view, String source) {
        return new Backfill(
                view.id(), source, List.of(), OptionalLong.empty(), "empty until the source is materialised");
    }

    private Backfill ofTopic(FeatureView view, String topic) {
        try {
            return topics.describe(topic)
                    .thenCompose(info -> ranges(info.topicPartitions()))
                    .thenApply(ranges -> new Backfill(
                            view.id(),
                            topic,
                            ranges,
                            OptionalLong.of(ranges.stream()
                                    .mapToLong(range -> range.to() - range.from())
                                    .sum()),
                            ""))
                    .orTimeout(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)
                    .join();
        } catch (CompletionException e) {
            String note = e.getCause() instanceof UnknownTopicOrPartitionException
                    ? "the topic is not there yet"
                    : "Kafka does not say how much there is";
            return new Backfill(view.id(), topic, List.of(), OptionalLong.empty(), note);
        }
    }

    private CompletableFuture<List<Range>> ranges(List<TopicPartition> partitions) {
        return topics.begins(partitions).thenCombine(topics.ends(partitions), (begins, ends) -> partitions.stream()
                .map(partition -> range(partition, begins, ends))
                .sorted(Comparator.comparing(Range::partition))
                .toList());
    }

    private static Range range(
            TopicPartition partition,
            Map<TopicPartition, ListOffsetsResultInfo> begins,
            Map<TopicPartition, ListOffsetsResultInfo> ends) {
        ListOffsetsResultInfo begin = begins.get(partition);
        ListOffsetsResultInfo end = ends.get(partition);
        long from = begin == null ? 0 : begin.offset();
        return new Range(partition.partition(), from, end == null ? from : end.offset());
    }
}
