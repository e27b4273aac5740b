package io.millrace.inference.kafka;

import io.millrace.inference.domain.label.Held;
import io.millrace.inference.domain.label.LabelJoin;
import io.millrace.inference.domain.label.LeftOut;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.domain.label.Outcome.Predicted;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/** What a join gives, gathered until it is written in one transaction. Not thread-safe. */
final class JoinOutputs implements LabelJoin.Sink {
    private final String outcomesTopic;
    private final String stateTopic;
    private final OutcomeJson outcomeJson = new OutcomeJson();
    private final JoinState state = new JoinState();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Map<String, Held> changedKeys = new LinkedHashMap<>();
    private final Map<String, Boolean> isHeld = new LinkedHashMap<>();
    private final List<ProducerRecord<byte[], byte[]>> deadLetters = new ArrayList<>();
    private final Map<LeftOut, Integer> leftOut = new EnumMap<>(LeftOut.class);

    /** Where the predictions stand in the topic of outcomes that are not settled, in their order. */
    private final ArrayDeque<Standing> standing = new ArrayDeque<>();

    private final List<Sent> sent = new ArrayList<>();
    private long end;

    private record Standing(long micros, long offset) {}

    private record Sent(boolean prediction, long micros, Future<RecordMetadata> record) {}

    JoinOutputs(String outcomesTopic, String stateTopic) {
        this.outcomesTopic = outcomesTopic;
        this.stateTopic = stateTopic;
    }

    @Override
    public void outcome(Outcome outcome) {
        outcomes.add(outcome);
    }

    @Override
    public void leftOut(LeftOut reason) {
        leftOut.merge(reason, 1, Integer::sum);
    }

    @Override
    public void held(Held held) {
        changedKeys.put(key(held), held);
        isHeld.put(key(held), true);
    }

    @Override
    public void released(Held held) {
        changedKeys.put(key(held), held);
        isHeld.put(key(held), false);
    }

    void dead(ProducerRecord<byte[], byte[]> letter) {
        deadLetters.add(letter);
    }

    boolean isEmpty() {
        return outcomes.isEmpty() && changedKeys.isEmpty() && deadLetters.isEmpty();
    }

    /** Takes up an outcome that stands in the topic. */
    void restored(Outcome outcome, long offset) {
        if (isAnswered(outcome)) {
            standing.add(new Standing(outcome.prediction().micros(), offset));
        }
    }

    /** Takes up where the topic ended. */
    void restoredTo(long offset) {
        end = offset;
    }

    /** The offset below which no outcome is of a prediction that is not settled. */
    long floor(long settled) {
        while (!standing.isEmpty() && standing.getFirst().micros() <= settled) {
            standing.removeFirst();
        }
        return standing.isEmpty() ? end : standing.getFirst().offset();
    }

    /** Sends all into the transaction that is open. */
    void send(KafkaProducer<byte[], byte[]> producer, JoinState.Time time) {
        for (Outcome outcome : outcomes) {
            byte[] key = outcome.prediction().id().getBytes(StandardCharsets.UTF_8);
            sent.add(new Sent(
                    isAnswered(outcome),
                    outcome.prediction().micros(),
                    producer.send(new ProducerRecord<>(outcomesTopic, 0, key, outcomeJson.write(outcome)))));
        }
        changedKeys.forEach((key, held) -> {
            byte @Nullable [] value = isHeld.getOrDefault(key, false) ? state.write(held) : null;
            producer.send(new ProducerRecord<>(stateTopic, 0, JoinState.key(held), value));
        });
        deadLetters.forEach(producer::send);
        producer.send(new ProducerRecord<>(stateTopic, 0, JoinState.timeKey(), state.write(time)));
    }

    /** What was sent is committed. */
    void committed() {
        try {
            for (Sent each : sent) {
                long offset = each.record().get().offset();
                end = offset + 1;
                if (each.prediction()) {
                    standing.add(new Standing(each.micros(), offset));
                }
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a record of a committed transaction failed", e.getCause());
        }
        sent.clear();
        outcomes.clear();
        changedKeys.clear();
        isHeld.clear();
        deadLetters.clear();
        leftOut.clear();
    }

    List<Outcome> outcomes() {
        return outcomes;
    }

    Map<LeftOut, Integer> leftOut() {
        return leftOut;
    }

    private static boolean isAnswered(Outcome outcome) {
        return outcome instanceof Predicted && outcome.prediction().shadow().isEmpty();
    }

    private static String key(Held held) {
        return new String(JoinState.key(held), StandardCharsets.UTF_8);
    }
}
