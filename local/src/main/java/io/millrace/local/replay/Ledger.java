package io.millrace.local.replay;

import io.millrace.local.measure.Durations;
import io.millrace.local.measure.Scores;
import io.millrace.local.replay.Event.Role;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The books of a run: each ask must be predicted exactly once, and counts towards the scores as soon as it is both predicted and settled.
 * Thread-safe: the sender, the producer's callbacks and the reader of predictions write into it.
 */
public final class Ledger {
    private final BitSet asked = new BitSet();
    private final BitSet live = new BitSet();
    private final BitSet settled = new BitSet();
    private final BitSet outcomes = new BitSet();
    private final BitSet predicted = new BitSet();
    private final double[] predictions;
    private final @Nullable String[] arms;
    private final long[] sentMillis;
    private final long[] predictedMillis;
    private final Scores scores = new Scores();
    private final Map<String, Arm> byArm = new TreeMap<>();
    private final Durations latency = new Durations();
    private final Durations latencyToReader = new Durations();
    private boolean liveNow;
    private int askedCount;
    private int predictedCount;
    private long duplicates;
    private long unknown;
    private long incomplete;

    /**
     * @param numbers one more than the highest number of an ask
     */
    public Ledger(int numbers) {
        predictions = new double[numbers];
        arms = new String[numbers];
        sentMillis = new long[numbers];
        predictedMillis = new long[numbers];
        Arrays.fill(sentMillis, Long.MIN_VALUE);
        Arrays.fill(predictedMillis, Long.MIN_VALUE);
    }

    /** What a run has come to. */
    public record Counts(
            int asked,
            int predicted,
            int liveAsked,
            int livePredicted,
            long duplicates,
            long unknown,
            long incomplete) {
        /** Asks without a prediction so far. */
        public int open() {
            return asked - predicted;
        }
    }

    /** The live predictions of one arm of a deployment, and how they did. Not thread-safe. */
    public static final class Arm {
        private final Scores scores = new Scores();
        private int predicted;

        public int predicted() {
            return predicted;
        }

        public Scores scores() {
            return scores;
        }
    }

    /** From now on asks are live: they count towards scores and latencies. */
    public synchronized void goLive() {
        liveNow = true;
    }

    public synchronized void sent(Event event) {
        if (event.role() == Role.ASK) {
            asked.set(event.number());
            askedCount++;
            live.set(event.number(), liveNow);
        } else if (event.role() == Role.SETTLING) {
            settled.set(event.number());
            outcomes.set(event.number(), event.outcome());
            score(event.number());
        }
    }

    /** An ask is in Kafka with this timestamp. */
    public synchronized void acknowledged(Event event, long millis) {
        if (event.role() == Role.ASK) {
            sentMillis[event.number()] = millis;
            time(event.number());
        }
    }

    /**
     * A prediction was read.
     *
     * @param arm of the deployment that made it; empty where none did
     * @param writtenMillis the timestamp of its record
     * @param readMillis when it was read here, which is after its transaction was committed
     */
    public synchronized void predicted(
            int number, double prediction, boolean complete, String arm, long writtenMillis, long readMillis) {
        if (number < 0 || number >= predictions.length || !asked.get(number)) {
            unknown++;
            return;
        }
        if (predicted.get(number)) {
            duplicates++;
            return;
        }
        predicted.set(number);
        predictedCount++;
        predictions[number] = prediction;
        arms[number] = arm;
        predictedMillis[number] = writtenMillis;
        incomplete += complete ? 0 : 1;
        time(number);
        if (live.get(number)) {
            byArm.computeIfAbsent(arm, _ -> new Arm()).predicted++;
        }
        if (live.get(number) && sentMillis[number] != Long.MIN_VALUE) {
            latencyToReader.addMillis(readMillis - sentMillis[number]);
        }
        score(number);
    }

    public synchronized Counts counts() {
        var livePredicted = (BitSet) live.clone();
        livePredicted.and(predicted);
        return new Counts(
                askedCount,
                predictedCount,
                live.cardinality(),
                livePredicted.cardinality(),
                duplicates,
                unknown,
                incomplete);
    }

    /** Asks without a prediction so far. Cheap enough for every event. */
    public synchronized int open() {
        return askedCount - predictedCount;
    }

    /** Asks that are predicted and settled, live or not. */
    public synchronized int known() {
        var known = (BitSet) settled.clone();
        known.and(predicted);
        return known.cardinality();
    }

    /** One line for people about what is known so far of live asks. */
    public synchronized String soFar() {
        return latency
                + (scores.size() < 2
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                ", AUC %.3f, log loss %.4f of %d",
                                scores.auc(),
                                scores.logLoss(),
                                scores.size()));
    }

    /** Scores of live asks. Call once nothing is written any more. */
    public Scores scores() {
        return scores;
    }

    /** Live predictions by the arm that made them. Call once nothing is written any more. */
    public Map<String, Arm> arms() {
        return byArm;
    }

    /** From an ask's record to its prediction's record, by their timestamps. Call once nothing is written any more. */
    public Durations latency() {
        return latency;
    }

    /** From an ask's record to the prediction's arrival at a reader of committed records. Call once nothing is written any more. */
    public Durations latencyToReader() {
        return latencyToReader;
    }

    private void time(int number) {
        if (live.get(number) && sentMillis[number] != Long.MIN_VALUE && predictedMillis[number] != Long.MIN_VALUE) {
            latency.addMillis(predictedMillis[number] - sentMillis[number]);
        }
    }

    private void score(int number) {
        if (live.get(number) && settled.get(number) && predicted.get(number)) {
            scores.add(predictions[number], outcomes.get(number));
            String arm = arms[number];
            if (arm != null) {
                byArm.computeIfAbsent(arm, _ -> new Arm()).scores.add(predictions[number], outcomes.get(number));
            }
        }
    }
}
