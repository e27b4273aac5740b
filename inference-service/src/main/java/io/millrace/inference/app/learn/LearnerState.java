package io.millrace.inference.app.learn;

import io.millrace.inference.app.learn.Rows.Row;
import io.millrace.inference.app.learn.Rows.Unusable;
import io.millrace.inference.app.learn.Snapshot.Cause;
import io.millrace.inference.app.learn.Snapshot.GoldenRow;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.domain.learn.OnlineModel;
import io.millrace.inference.domain.learn.OnlineModel.OnDrift;
import io.millrace.models.kernel.drift.Adwin;
import io.millrace.models.kernel.drift.PageHinkley;
import io.millrace.models.kernel.learn.Example;
import io.millrace.models.kernel.learn.LabelGuard;
import io.millrace.models.kernel.learn.ProgressiveErrors;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that an online model has become: what follows from its definition and the outcomes in their order alone, and what somebody asked for meanwhile. Not thread-safe.
 *
 * <p>A labelled prediction is predicted first: its error goes into the measures and the detectors. Then it is offered to the guard, which learns it or says why not.
 */
final class LearnerState {
    private static final byte VERSION = 1;

    /** Rows that were learned last, for the golden requests of snapshots. */
    private static final int RECENT = 8;

    private static final double[] MADE = {Double.NaN, 0, 1, -1, 1e6, -1e6};

    private final OnlineModel model;
    private final Rows rows;
    private LabelGuard guard;
    private ProgressiveErrors errors;
    private Adwin adwin = new Adwin();
    private PageHinkley pageHinkley = new PageHinkley(PageHinkley.Settings.DEFAULTS);
    private final long[] results = new long[LearnResult.values().length];
    private final ArrayDeque<Row> recent = new ArrayDeque<>();
    private long labels;
    private long learnedSinceSnapshot;
    private long drifts;
    private long freezes;

    /** Why a version is to be made of what is learned now. */
    private @Nullable Cause due;

    /** What happened and was not told yet. */
    private final List<Happening> untold = new ArrayList<>();

    /** Something that others want to hear of. */
    enum Happening {
        FROZEN,
        DRIFTED,
        RESUMED,
        RESUMED_WITH_NEW_REFERENCE
    }

    LearnerState(OnlineModel model) {
        this.model = model;
        rows = new Rows(model);
        guard = new LabelGuard(model.algorithm().learner(rows.space(), model.seed()), model.guard());
        errors = new ProgressiveErrors(model.algorithm().isOfClasses());
    }

    /** Takes an outcome; one that is no label, or of a shadow, changes nothing. */
    void take(Outcome outcome, OnlineModel.Snapshots policy) {
        if (outcome instanceof Outcome.Labelled labelled
                && labelled.prediction().shadow().isEmpty()) {
            labels++;
            LearnResult result = learn(labelled, policy);
            results[result.ordinal()]++;
        }
    }

    private LearnResult learn(Outcome.Labelled labelled, OnlineModel.Snapshots policy) {
        Rows.Read read = rows.read(labelled.prediction().values());
        if (read instanceof Unusable(LearnResult why)) {
            return why;
        }
        Row row = (Row) read;
        Example example = rows.example(row);
        double prediction = guard.predict(example);
        errors.add(prediction, labelled.label());
        boolean frozen = guard.freeze() != null;
        LabelGuard.Verdict verdict = guard.offer(example, labelled.label(), labelled.source());
        if (frozen) {
            return LearnResult.FROZEN;
        }
        if (guard.freeze() != null) {
            freezes++;
            untold.add(Happening.FROZEN);
            ask(Cause.FREEZE);
            return LearnResult.FROZEN;
        }
        LearnResult result = LearnResult.of(verdict);
        if (result == LearnResult.LEARNED) {
            remember(row);
            learnedSinceSnapshot++;
            watch(prediction, labelled.label(), policy.onDrift());
            if (policy.every() > 0 && learnedSinceSnapshot >= policy.every()) {
                ask(Cause.LABELS);
            }
        }
        return result;
    }

    private void remember(Row row) {
        recent.addLast(row);
        if (recent.size() > RECENT) {
            recent.removeFirst();
        }
    }

    private void watch(double prediction, double label, OnDrift policy) {
        double distance = Math.abs(prediction - label);
        double loss = Math.min(
                1,
                model.algorithm().isOfClasses()
                        ? distance * distance
                        : distance / (model.guard().highest() - model.guard().lowest()));
        double before = adwin.mean();
        boolean changed = adwin.update(loss) && adwin.mean() > before;
        boolean rose = pageHinkley.update(loss);
        boolean drifted =
                switch (policy) {
                    case NEVER -> false;
                    case ADWIN -> changed;
                    case PAGE_HINKLEY -> rose;
                };
        if (drifted) {
            drifts++;
            untold.add(Happening.DRIFTED);
            ask(Cause.DRIFT);
        }
    }

    /** Asks for a version; a freeze is the more urgent reason. */
    void ask(Cause cause) {
        if (due != Cause.FREEZE) {
            due = cause;
        }
        learnedSinceSnapshot = 0;
    }

    /** Learns again. A learner that is not frozen is left alone. */
    void resume(boolean newReference) {
        if (guard.freeze() == null) {
            return;
        }
        if (newReference) {
            guard.resumeWithNewReference();
        } else {
            guard.resume();
        }
        untold.add(newReference ? Happening.RESUMED_WITH_NEW_REFERENCE : Happening.RESUMED);
    }

    @Nullable
    Cause due() {
        return due;
    }

    void made() {
        due = null;
    }

    /** What happened since this was asked last. */
    List<Happening> tell() {
        List<Happening> told = List.copyOf(untold);
        untold.clear();
        return told;
    }

    boolean hasNews() {
        return due != null || !untold.isEmpty();
    }

    LabelGuard guard() {
        return guard;
    }

    /** What is learned now, as a version; empty where it has no plain form. */
    Optional<Snapshot> snapshot(Cause cause) {
        return LearnedModel.of(guard.learner())
                .map(learned -> new Snapshot(model, labels, cause, learned, golden(), about()));
    }

    private List<GoldenRow> golden() {
        var golden = new ArrayList<GoldenRow>();
        var all = new ArrayList<>(recent);
        for (double number : MADE) {
            all.add(rows.made(number));
        }
        for (Row row : all) {
            double prediction = guard.predict(rows.example(row));
            if (Double.isFinite(prediction)) {
                golden.add(new GoldenRow(row, prediction));
            }
        }
        return golden;
    }

    private Map<String, Object> about() {
        var about = new LinkedHashMap<String, Object>();
        about.put("labels_taken", labels);
        about.put("labels_learned", results[LearnResult.LEARNED.ordinal()]);
        about.put("examples", guard.examples());
        if (errors.count() > 0) {
            if (model.algorithm().isOfClasses()) {
                about.put("progressive_log_loss", errors.logLoss());
                about.put("progressive_accuracy", errors.accuracy());
            }
            about.put("progressive_mean_squared_error", errors.meanSquaredError());
            about.put("progressive_mean_absolute_error", errors.meanAbsoluteError());
        }
        if (adwin.width() > 0) {
            about.put("recent_loss", adwin.mean());
        }
        return about;
    }

    LearnerStatus status(List<String> versions, String failure) {
        return new LearnerStatus(
                labels,
                Map.copyOf(byResult()),
                learnedSinceSnapshot,
                Optional.ofNullable(guard.freeze()),
                errors.count(),
                errors.logLoss(),
                errors.accuracy(),
                errors.meanSquaredError(),
                errors.meanAbsoluteError(),
                adwin.width() > 0 ? adwin.mean() : Double.NaN,
                drifts,
                freezes,
                versions,
                failure);
    }

    private Map<LearnResult, Long> byResult() {
        var byResult = new java.util.EnumMap<LearnResult, Long>(LearnResult.class);
        for (LearnResult result : LearnResult.values()) {
            byResult.put(result, results[result.ordinal()]);
        }
        return byResult;
    }

    void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        guard.write(out);
        errors.write(out);
        adwin.write(out);
        pageHinkley.write(out);
        for (long value : new long[] {labels, learnedSinceSnapshot, drifts, freezes}) {
            out.writeLong(value);
        }
        out.writeByte(results.length);
        for (long count : results) {
            out.writeLong(count);
        }
        out.writeByte(recent.size());
        for (Row row : recent) {
            row.write(out);
        }
        Cause cause = due;
        out.writeUTF(cause == null ? "" : cause.name());
        out.writeByte(untold.size());
        for (Happening happening : untold) {
            out.writeUTF(happening.name());
        }
    }

    void read(DataInput in) throws IOException {
        byte version = in.readByte();
        if (version != VERSION) {
            throw new IOException("learner state of version " + version + " is not known");
        }
        guard = LabelGuard.read(in);
        errors = ProgressiveErrors.read(in);
        adwin = Adwin.read(in);
        pageHinkley = PageHinkley.read(in);
        labels = in.readLong();
        learnedSinceSnapshot = in.readLong();
        drifts = in.readLong();
        freezes = in.readLong();
        Arrays.fill(results, 0);
        for (int i = 0, count = in.readByte(); i < count; i++) {
            results[i] = in.readLong();
        }
        recent.clear();
        for (int left = in.readByte(); left > 0; left--) {
            recent.addLast(rows.read(in));
        }
        String cause = in.readUTF();
        due = cause.isEmpty() ? null : Cause.valueOf(cause);
        untold.clear();
        for (int left = in.readByte(); left > 0; left--) {
            untold.add(Happening.valueOf(in.readUTF()));
        }
    }
}
