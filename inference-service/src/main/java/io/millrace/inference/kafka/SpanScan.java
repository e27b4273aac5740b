package io.millrace.inference.kafka;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.plan.OffsetSample;
import io.millrace.inference.app.plan.RecordedEvents.Part;
import io.millrace.inference.app.plan.RecordedEvents.Span;
import io.millrace.jobs.JobContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** One pass over the records of spans, partition by partition in the order of offsets. Jumps over what a sample leaves out where that is far. Not thread-safe. */
final class SpanScan {
    private static final Duration POLL = Duration.ofMillis(200);
    /** A jump costs a fetch, which brings about so many records anyway. */
    private static final long FAR = 10_000;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final OffsetSample sample;
    private final JobContext context;
    private final Map<TopicPartition, Part> open = new HashMap<>();

    SpanScan(KafkaConsumer<byte[], byte[]> consumer, OffsetSample sample, JobContext context) {
        this.consumer = consumer;
        this.sample = sample;
        this.context = context;
    }

    /**
     * Reads what the sample has.
     *
     * @throws Refusal OFFSETS_UNAVAILABLE where the broker gives nothing for too long
     */
    void run(List<Span> spans, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
        long expected = spans.stream().mapToLong(Span::size).sum();
        spans.forEach(span ->
                span.parts().forEach(part -> open.put(new TopicPartition(span.topic(), part.partition()), part)));
        consumer.assign(open.keySet());
        open.forEach((partition, part) -> consumer.seek(partition, part.from()));
        open.keySet().removeIf(partition -> isOver(partition, position(partition)));
        long heard = System.nanoTime();
        long last = expected - left();
        while (!open.isEmpty()) {
            context.checkCancelled();
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                Part part = open.get(new TopicPartition(record.topic(), record.partition()));
                if (part != null && record.offset() < part.to() && sample.has(record.partition(), record.offset())) {
                    taker.accept(record);
                }
            }
            open.keySet().removeIf(partition -> isOver(partition, position(partition)));
            long done = expected - left();
            context.progress(done, expected);
            if (done != last) {
                heard = System.nanoTime();
                last = done;
            } else if (System.nanoTime() - heard > RecordConsumer.PATIENCE.toNanos()) {
                throw new Refusal(
                        InferenceReason.OFFSETS_UNAVAILABLE,
                        "Kafka gives no records of " + open.keySet() + " any more");
            }
        }
    }

    private long position(TopicPartition partition) {
        return consumer.position(partition);
    }

    private long left() {
        return open.entrySet().stream()
                .mapToLong(entry -> Math.max(0, entry.getValue().to() - position(entry.getKey())))
                .sum();
    }

    /** Whether nothing of a partition is left to read; if not, what is left out next may be jumped over. */
    private boolean isOver(TopicPartition partition, long position) {
        Part part = open.get(partition);
        long next = sample.next(partition.partition(), position);
        if (part == null || position >= part.to() || next >= part.to()) {
            consumer.pause(List.of(partition));
            return true;
        }
        if (next - position > FAR) {
            consumer.seek(partition, next);
        }
        return false;
    }
}
