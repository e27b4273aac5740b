package io.millrace.inference.domain.label;

import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.label.KnownPredictions.Known;
import io.millrace.inference.domain.label.LabelStream.Join;
import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Predicted;
import io.millrace.inference.domain.label.Outcome.Prediction;
import io.millrace.inference.domain.label.Outcome.Unlabelled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Joins labels to predictions, once each, in whatever order they come. A label belongs to a prediction where it is not before it and at most the delay after it, by event time.
 *
 * <p>By key, a label is taken by its prediction at once. By entity it waits until time has come past it, so that all predictions and labels before it are there, and is taken by the newest prediction that has none. A label
 * whose prediction is not there waits for it as long as the delay. A prediction that no label came for is settled once time is past the delay and the disorder; until then it is remembered, so that a second one of the same event is known. Those that come later than that are left out.
 *
 * <p>All state is in the outcomes that were given, in what is {@link Sink#held held} and in {@link #time} and {@link #settled}: the {@code restored} methods make it again. Not thread-safe.
 */
public final class LabelJoin {
    private final boolean byKey;
    private final List<String> joinKeys;
    private final long delay;
    private final long disorder;
    private final int maxWaiting;
    private final Sink sink;
    private final LabelTime time;
    private final KnownPredictions predictions = new KnownPredictions();
    private final WaitingLabels labels = new WaitingLabels();
    private final WaitingShadows shadows = new WaitingShadows();
    private long order;
    private long settled = LabelTime.NEVER;

    /** By entity: labels before it have been given to who was there. */
    private long decided = LabelTime.NEVER;

    /** Takes what the join gives. */
    public interface Sink {
        /** The next outcome. */
        void outcome(Outcome outcome);

        /** A record that became no outcome. */
        void leftOut(LeftOut reason);

        /** Begins to wait. */
        void held(Held held);

        /** Waits no more. */
        void released(Held held);
    }

    /**
     * A join that has seen nothing.
     *
     * @param disorder how far records of a partition may be out of order; no more than the delay
     * @param maxWaiting most predictions that are remembered, most labels and most answers of shadows that wait
     */
    public LabelJoin(Join join, Duration delay, Duration disorder, int maxWaiting, Sink sink) {
        this.byKey = join instanceof Join.Key;
        this.joinKeys = join instanceof Join.Entity(Map<String, String> fields)
                ? fields.keySet().stream().sorted().toList()
                : List.of();
        this.delay = micros(delay);
        this.disorder = micros(disorder);
        this.maxWaiting = maxWaiting;
        this.sink = sink;
        this.time = new LabelTime(this.disorder);
    }

    /** Names a partition that has labels, or events that predictions are made of, so that it is waited for. */
    public void expect(String partition) {
        time.expect(partition);
    }

    /**
     * A prediction that was answered.
     *
     * @param partition of the event that it was made of
     */
    public void predicted(String partition, Prediction prediction) {
        time.predicted(partition, prediction.micros());
        if (predictions.find(prediction.id()) != null) {
            sink.leftOut(LeftOut.PREDICTED_AGAIN);
            return;
        }
        if (prediction.micros() <= settled) {
            sink.leftOut(LeftOut.PREDICTED_LATE);
            return;
        }
        Known known = predictions.add(prediction, group(prediction));
        sink.outcome(new Predicted(prediction));
        for (Held.Shadow answer : shadows.take(prediction.id())) {
            sink.released(answer);
            answered(known, answer);
        }
        offer(known.group());
        for (Known oldest = predictions.oldest();
                oldest != null && predictions.size() > maxWaiting;
                oldest = predictions.oldest()) {
            settle(oldest.micros(), true);
        }
    }

    /** What a shadow answered beside the prediction of this id. */
    public void shadowed(String id, String shadow, ModelIdentity model, double value) {
        var answer = new Held.Shadow(order++, id, shadow, model, value, later(time.now(), delay + disorder));
        Known known = predictions.find(id);
        if (known != null) {
            answered(known, answer);
        } else if (shadows.add(answer)) {
            sink.held(answer);
            dropShadows();
        } else {
            sink.leftOut(LeftOut.SHADOW);
        }
    }

    /**
     * A label.
     *
     * @param place of its record, unique among labels
     * @param group as {@link #group(List)} gives it of an entity, or the key
     */
    public void labelled(String partition, String place, String group, long micros, double value, String source) {
        time.seen(partition, micros);
        var label = new Held.Label(place, order++, group, micros, value, source);
        if (isDecidable(label) && decide(label)) {
            return;
        }
        if (later(micros, delay) < time.now()) {
            sink.leftOut(predictions.reason(label, delay));
            return;
        }
        labels.add(label);
        sink.held(label);
        for (Held.Label oldest = labels.oldest();
                oldest != null && labels.size() > maxWaiting;
                oldest = labels.oldest()) {
            release(oldest);
            sink.leftOut(LeftOut.CROWDED_OUT);
        }
    }

    /**
     * Goes on to the time that all partitions have come to, and settles what is due by it.
     *
     * @param nothingMore partitions that had been read to their end when the newest prediction was of {@code then}
     * @param then microseconds since the epoch
     */
    public void advance(Set<String> nothingMore, long then) {
        time.advance(nothingMore, then);
        long now = time.now();
        while (!byKey && decided < now) {
            List<Held.Label> next = labels.next(decided);
            if (next.isEmpty() || next.getFirst().micros() >= now) {
                decided = now;
            } else {
                decided = next.getFirst().micros() + 1;
                next.stream().filter(this::decide).forEach(this::release);
            }
        }
        for (Held.Label oldest = labels.oldest();
                oldest != null && later(oldest.micros(), delay) < now;
                oldest = labels.oldest()) {
            release(oldest);
            sink.leftOut(predictions.reason(oldest, delay));
        }
        if (now > LabelTime.NEVER) {
            settle(now - delay - disorder - 1, false);
        }
        dropShadows();
    }

    /** Takes up an outcome that was given before the process ended, in the order of their topic. */
    public void restored(Outcome outcome) {
        Prediction prediction = outcome.prediction();
        if (prediction.micros() <= settled) {
            return;
        }
        Known known = predictions.find(prediction.id());
        switch (outcome) {
            case Predicted _ -> {
                if (known != null) {
                    known.add(prediction);
                } else if (prediction.shadow().isEmpty()) {
                    predictions.add(prediction, group(prediction));
                }
            }
            case Labelled labelled -> {
                if (known != null && prediction.shadow().isEmpty()) {
                    known.labelled(labelled);
                }
            }
            case Unlabelled _ -> {
                // It is settled, which the time says that is restored before.
            }
        }
    }

    /** Takes up what waited when the process ended, in the order in which it began to. */
    public void restored(Held held) {
        order = Math.max(order, held.order() + 1);
        switch (held) {
            case Held.Label label -> labels.add(label);
            case Held.Shadow answer -> shadows.add(answer);
        }
    }

    /** Takes up the time as it was when the process ended; before all else. */
    public void restored(Map<String, Long> partitions, long now, long settledBefore) {
        time.restore(partitions, now);
        settled = Math.max(settled, settledBefore);
        decided = byKey ? decided : now;
    }

    public LabelTime time() {
        return time;
    }

    /** Predictions at or before this time, in microseconds, have had all outcomes that they will have. */
    public long settled() {
        return settled;
    }

    public int knownPredictions() {
        return predictions.size();
    }

    public int waitingLabels() {
        return labels.size();
    }

    /** The text by which labels find predictions, of the values of join keys in the order of their names. */
    public static String group(List<String> values) {
        var group = new StringBuilder();
        values.forEach(value -> group.append(value.length()).append(':').append(value));
        return group.toString();
    }

    private String group(Prediction prediction) {
        return byKey
                ? prediction.key()
                : group(joinKeys.stream()
                        .map(key -> String.valueOf(prediction.entity().get(key)))
                        .toList());
    }

    private void answered(Known known, Held.Shadow answer) {
        Prediction of = known.prediction();
        var prediction = new Prediction(
                of.id(),
                of.key(),
                of.entity(),
                answer.model(),
                of.choice(),
                answer.shadow(),
                answer.value(),
                of.micros(),
                of.values());
        if (!known.add(prediction)) {
            sink.leftOut(LeftOut.SHADOW);
            return;
        }
        sink.outcome(new Predicted(prediction));
        Labelled labelled = known.labelled();
        if (labelled != null) {
            sink.outcome(new Labelled(prediction, labelled.label(), labelled.micros(), labelled.source()));
        }
    }

    /** Offers a prediction that has just come to the labels that wait for it: by key in the order of their coming, by entity in that of their time. */
    private void offer(String group) {
        List<Held.Label> waiting = labels.ofGroup(group);
        if (byKey && waiting.size() > 1) {
            var ordered = new ArrayList<>(waiting);
            ordered.sort(Comparator.comparingLong(Held.Label::order));
            waiting = ordered;
        }
        waiting.stream().filter(label -> isDecidable(label) && decide(label)).forEach(this::release);
    }

    private boolean isDecidable(Held.Label label) {
        return byKey || label.micros() < decided;
    }

    /** Gives the label to its prediction, or says why none takes it; false where one may come. */
    private boolean decide(Held.Label label) {
        Known taker = predictions.taker(label, delay);
        if (taker != null) {
            var labelled = new Labelled(taker.prediction(), label.value(), label.micros(), label.source());
            taker.labelled(labelled);
            sink.outcome(labelled);
            for (Prediction shadow : taker.shadows()) {
                sink.outcome(new Labelled(shadow, label.value(), label.micros(), label.source()));
            }
            return true;
        }
        if (byKey && !predictions.isEmpty(label.group())) {
            sink.leftOut(predictions.reason(label, delay));
            return true;
        }
        return false;
    }

    /** Closes the predictions up to this time. */
    private void settle(long micros, boolean crowded) {
        settled = Math.max(settled, micros);
        for (Known oldest = predictions.oldest();
                oldest != null && oldest.micros() <= settled;
                oldest = predictions.oldest()) {
            Known closed = predictions.settle();
            if (closed.labelled() == null) {
                sink.outcome(new Unlabelled(closed.prediction()));
                closed.shadows().forEach(shadow -> sink.outcome(new Unlabelled(shadow)));
                if (crowded) {
                    sink.leftOut(LeftOut.PREDICTION_CROWDED_OUT);
                }
            }
        }
    }

    private void release(Held.Label label) {
        labels.remove(label);
        sink.released(label);
    }

    /** Lets go of the answers that waited longest: those that are given up, and those beyond what may wait. */
    private void dropShadows() {
        for (Collection<Held.Shadow> first = shadows.longest(); !first.isEmpty(); first = shadows.longest()) {
            boolean givenUp = first.stream()
                    .allMatch(answer -> answer.givenUp() < time.now() && answer.givenUp() > LabelTime.NEVER);
            if (!givenUp && shadows.size() <= maxWaiting) {
                return;
            }
            for (Held.Shadow answer : shadows.take(first.iterator().next().id())) {
                sink.released(answer);
                sink.leftOut(LeftOut.SHADOW);
            }
        }
    }

    private static long later(long micros, long by) {
        return micros <= LabelTime.NEVER ? LabelTime.NEVER : micros + by;
    }

    private static long micros(Duration duration) {
        return Math.addExact(Math.multiplyExact(duration.toSeconds(), 1_000_000L), duration.getNano() / 1_000);
    }
}
