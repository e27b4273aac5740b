package io.millrace.backing.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
     * @param outputs where predictions and what is raised beside them go
     * @param routes in which of the outputs a prediction is to be; once in each
     */
    public record Stream(
            String bootstrapServers,
            String pipeline,
            String input,
            List<String> outputs,
            Routes routes,
            String deadLetters) {
        public Stream {
            outputs = List.copyOf(outputs);
        }

        /** Where each prediction goes to one of the outputs, whichever. */
        public Stream(
                String bootstrapServers, String pipeline, String input, List<String> outputs, String deadLetters) {
            this(bootstrapServers, pipeline, input, outputs, (_, seen) -> Set.of(seen), deadLetters);
        }
    }

    /** Says in which outputs a prediction is to be. */
    public interface Routes {
        /** @param seen an output that it was found in */
        Set<String> of(double prediction, String seen);
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
     * How many inputs have their dead letter, or their prediction in each output that it is to be in, committed now.
     *
     * @throws org.apache.kafka.common.KafkaException where the broker does not say in time; asking again goes on where this ended
     */
    public long outcomes() {
        outcomes.next(judge::takeOutcome);
        return judge.outcomes();
    }

    /** The largest offset of a partition of the input that had its whole outcome at the last call of {@link #outcomes()}; −1 where none had. */
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
