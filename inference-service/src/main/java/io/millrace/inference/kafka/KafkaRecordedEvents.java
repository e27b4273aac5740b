package io.millrace.inference.kafka;

import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.inference.app.plan.OffsetSample;
import io.millrace.inference.app.plan.RecordedEvents;
import io.millrace.inference.app.replay.PredictionLog.SourceEvent;
import io.millrace.inference.app.replay.RecordPlace;
import io.millrace.inference.domain.Output;
import io.millrace.inference.domain.Pipeline;
import io.millrace.jobs.JobContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/** Reads the committed records of a span: events, and what was answered to them. Joins no group and commits nothing. Thread-safe. */
public final class KafkaRecordedEvents implements RecordedEvents {
    private static final int POLL_RECORDS = 2_000;
    private static final Comparator<RecordPlace> ORDER =
            Comparator.comparingInt(RecordPlace::partition).thenComparingLong(RecordPlace::offset);
    private static final int FETCH_BYTES = 4 << 20;

    private final StreamSettings settings;
    private final Optional<SchemaRegistry> schemas;

    /** @param schemas the schema registry, where there is one */
    public KafkaRecordedEvents(StreamSettings settings, Optional<SchemaRegistry> schemas) {
        this.settings = settings;
        this.schemas = schemas;
    }

    @Override
    public Span span(String topic, Instant since) {
        return RecordConsumer.asking(() -> {
            try (var consumer = open()) {
                return span(consumer, topic, since);
            }
        });
    }

    @Override
    public List<Recorded> read(
            Pipeline planned, Optional<Pipeline> current, Span span, OffsetSample sample, JobContext context) {
        return RecordConsumer.asking(() -> {
            var decoder = new EventDecoder(planned, settings.maxEventBytes(), schemas);
            Optional<EventDecoder> other = current.filter(pipeline -> !pipeline.equals(planned))
                    .map(pipeline -> new EventDecoder(pipeline, settings.maxEventBytes(), schemas));
            var events = new ArrayList<Recorded>();
            try (var consumer = open()) {
                new SpanScan(consumer, sample, context).run(List.of(span), record -> {
                    SourceEvent event = event(decoder, record);
                    events.add(new Recorded(
                            place(record),
                            event,
                            other.map(each -> event(each, record)).orElse(event)));
                });
            }
            events.sort(Comparator.comparing(Recorded::place, ORDER));
            return events;
        });
    }

    @Override
    public List<byte[]> values(Span span, OffsetSample sample, JobContext context) {
        return RecordConsumer.asking(() -> {
            var values = new TreeMap<RecordPlace, byte[]>(ORDER);
            try (var consumer = open()) {
                new SpanScan(consumer, sample, context).run(List.of(span), record -> {
                    if (record.value() != null) {
                        values.put(place(record), record.value());
                    }
                });
            }
            return List.copyOf(values.values());
        });
    }

    @Override
    public Map<RecordPlace, Answer> answers(
            Pipeline current, Set<RecordPlace> events, Instant since, JobContext context) {
        return RecordConsumer.asking(() -> {
            var answers = new HashMap<RecordPlace, Written>();
            String dead = StreamSettings.deadLetters(current);
            Function<ConsumerRecord<byte[], byte[]>, Optional<RecordPlace>> asPrediction =
                    record -> Optional.ofNullable(record.value())
                            .flatMap(PredictionParser::origin)
                            .filter(origin -> origin.pipeline().equals(current.name()))
                            .map(PredictionParser.Origin::source);
            try (var consumer = open()) {
                List<Span> spans = Stream.concat(current.outputs().stream().map(Output::topic), Stream.of(dead))
                        .distinct()
                        .map(topic -> span(consumer, topic, since))
                        .toList();
                var scan = new SpanScan(consumer, OffsetSample.of(List.of(), 1, 0), context);
                scan.run(spans, record -> {
                    boolean isDead = record.topic().equals(dead);
                    (isDead ? buried(record, current.name()) : asPrediction.apply(record))
                            .filter(events::contains)
                            .ifPresent(place -> answers.merge(
                                    place,
                                    new Written(record.timestamp(), answer(record, isDead)),
                                    (old, fresh) -> fresh.timestamp() >= old.timestamp() ? fresh : old));
                });
            }
            return answers.entrySet().stream()
                    .filter(entry -> entry.getValue().answer().isPresent())
                    .collect(Collectors.toMap(
                            Map.Entry::getKey,
                            entry -> entry.getValue().answer().orElseThrow()));
        });
    }

    /** An answer with the time at which it was written; empty where it cannot be read. */
    private record Written(long timestamp, Optional<Answer> answer) {}

    private static Optional<Answer> answer(ConsumerRecord<byte[], byte[]> record, boolean isDead) {
        if (isDead) {
            return Optional.of(new Answer.DeadLettered(header(record, "millrace.reason")));
        }
        try {
            return Optional.of(new Answer.Predicted(
                    PredictionParser.read(record.value()), PredictionParser.isComplete(record.value())));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<RecordPlace> buried(ConsumerRecord<byte[], byte[]> record, String pipeline) {
        if (!header(record, "millrace.pipeline").equals(pipeline)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new RecordPlace(
                    header(record, "millrace.source-topic"),
                    Integer.parseInt(header(record, "millrace.source-partition")),
                    Long.parseLong(header(record, "millrace.source-offset"))));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String header(ConsumerRecord<?, ?> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static SourceEvent event(EventDecoder decoder, ConsumerRecord<byte[], byte[]> record) {
        return switch (decoder.decode(record.value())) {
            case DecodedEvent.Faulty faulty -> new SourceEvent.Faulty(faulty.reason() + ": " + faulty.detail());
            case DecodedEvent.Event event -> new SourceEvent.Event(event.key(), event.timestampMicros(), event.row());
        };
    }

    private static RecordPlace place(ConsumerRecord<?, ?> record) {
        return new RecordPlace(record.topic(), record.partition(), record.offset());
    }

    private static Span span(KafkaConsumer<byte[], byte[]> consumer, String topic, Instant since) {
        List<TopicPartition> partitions = consumer.listTopics().getOrDefault(topic, List.of()).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .sorted(Comparator.comparingInt(TopicPartition::partition))
                .toList();
        if (partitions.isEmpty()) {
            return new Span(topic, List.of(), false, false);
        }
        Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(
                partitions.stream().collect(Collectors.toMap(each -> each, _ -> since.toEpochMilli())));
        var parts = new ArrayList<Part>();
        boolean isCut = false;
        for (TopicPartition partition : partitions) {
            long begin = first.getOrDefault(partition, 0L);
            long end = ends.getOrDefault(partition, 0L);
            OffsetAndTimestamp at = found.get(partition);
            long from = at == null ? end : Math.min(at.offset(), end);
            isCut |= begin > 0 && from == begin;
            if (from < end) {
                parts.add(new Part(partition.partition(), from, end));
            }
        }
        return new Span(topic, parts, true, isCut);
    }

    private KafkaConsumer<byte[], byte[]> open() {
        return RecordConsumer.open(settings.bootstrapServers(), POLL_RECORDS, FETCH_BYTES);
    }
}
