package io.millrace.inference.domain.label;

import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.label.LabelStream.Join;
import io.millrace.inference.domain.label.Outcome.Prediction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A join with what it gave, which can be made again from that at any moment. */
final class JoinRun implements LabelJoin.Sink {
    static final ModelIdentity MODEL = new ModelIdentity("m", "1", "d");

    final List<Outcome> outcomes = new ArrayList<>();
    final Map<LeftOut, Integer> leftOut = new HashMap<>();
    private final Map<String, Held> held = new LinkedHashMap<>();
    private final Join join;
    private final Duration delay;
    private final Duration disorder;
    private static final String END = "end-0-";

    private final int maxWaiting;
    private final Set<String> partitions = new TreeSet<>();
    LabelJoin now;

    JoinRun(Join join, Duration delay, Duration disorder, int maxWaiting) {
        this.join = join;
        this.delay = delay;
        this.disorder = disorder;
        this.maxWaiting = maxWaiting;
        this.now = made();
    }

    private LabelJoin made() {
        return new LabelJoin(join, delay, disorder, maxWaiting, this);
    }

    void expect(String partition) {
        partitions.add(partition);
        now.expect(partition);
    }

    /** As after a crash: from the time, the outcomes and what was held. */
    void restart() {
        LabelJoin before = now;
        now = made();
        now.restored(before.time().partitions(), before.time().now(), before.settled());
        List.copyOf(held.values()).forEach(now::restored);
        outcomes.forEach(now::restored);
        partitions.forEach(now::expect);
    }

    /** Time comes to all partitions. */
    void everything(long micros) {
        // Partitions that are read to their end and far behind are not waited for.
        now.predicted("end", prediction(END + micros, END, micros));
        now.advance(partitions, now.time().newest());
        now.advance(partitions, now.time().newest());
    }

    static Prediction prediction(String id, String key, long micros) {
        return new Prediction(
                id, key, Map.of("origin", key), MODEL, java.util.Optional.empty(), "", 0.5, micros, Map.of());
    }

    @Override
    public void outcome(Outcome outcome) {
        if (!outcome.prediction().key().equals(END)) {
            outcomes.add(outcome);
        }
    }

    @Override
    public void leftOut(LeftOut reason) {
        leftOut.merge(reason, 1, Integer::sum);
    }

    @Override
    public void held(Held each) {
        held.put(each.getClass() + each.place(), each);
    }

    @Override
    public void released(Held each) {
        held.remove(each.getClass() + each.place());
    }
}
