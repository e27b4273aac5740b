package io.millrace.backing.audit;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pipeline's input and its committed predictions and dead letters, and finds what is lost, twice, out of order or wrong. It can be asked while
 * the stream runs; each record is read once, and what is kept of an input that has its outcome is two bits. Used by one thread at a time.
 */
public final class StreamAudit implements AutoCloseable {
    private final Judge judge;
    private final TopicTail outcomes;
    private final TopicTail inputs;

    /**
     * The topics of a pipeline.
     *
     * @param outputs where predictions go, one topic or several
     */
    public record Stream(
            String bootstrapServers, String pipeline, String input, List<String> outputs, String deadLetters) {
        public Stream {
            outputs = List.copyOf(outputs);
        }
    }

    /** Says what an input is to become. Asked once for each input, in the order of its partition. */
    public interface Expectation {
        /** {@code "prediction " + number}, {@code "dead letter " + reason}, or null where anything goes. */
        @Nullable
        String of(ConsumerRecord<byte[], byte[]> input);
    }

    public StreamAudit(Stream stream, Expectation expectation) {
        this.judge = new Judge(stream, expectation);
        var topics = new ArrayList<>(stream.outputs());
        topics.add(stream.deadLetters());
        this.outcomes = new TopicTail(stream.bootstrapServers(), topics);
        this.inputs = new TopicTail(stream.bootstrapServers(), List.of(stream.input()));
    }

    /**
     * How many predictions and dead letters of this pipeline are committed now.
     *
     * @throws org.apache.kafka.common.KafkaException where the broker does not say in time; asking again goes on where this ended
     */
    public long outcomes() {
        outcomes.next(judge::takeOutcome);
        return judge.outcomes();
    }

    /** The largest offset of a partition of the input that had an outcome at the last call of {@link #outcomes()}; −1 where none had. */
    public int answeredUpTo(int partition) {
        return judge.answeredUpTo(partition);
    }

    /**
     * Reads all that is committed now and judges it. Inputs that are still under way are lost in its eyes.
     *
     * @throws org.apache.kafka.common.KafkaException as {@link #outcomes()}
     */
    public Verdict verdict() {
        inputs.next(judge::takeInput);
        outcomes.next(judge::takeOutcome);
        return judge.verdict();
    }

    @Override
    public void close() {
        outcomes.close();
        inputs.close();
    }
}
