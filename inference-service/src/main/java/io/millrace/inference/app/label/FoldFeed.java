package io.millrace.inference.app.label;

import io.millrace.inference.app.label.FoldStates.Identity;
import io.millrace.inference.app.label.FoldStates.Kept;
import io.millrace.inference.domain.label.Outcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Feeds outcomes to the folds of one label stream, each from its own offset on, and keeps their states. A fold that throws is fed no more until the definitions change or the stream starts again; it does not hold up the others. Used by one thread, but for
 * {@link #live}.
 */
public final class FoldFeed {
    private static final Logger LOG = Logger.getLogger(FoldFeed.class);

    private final String labels;
    private final Supplier<List<OutcomeFold>> wanted;
    private final FoldStates states;
    private final Keeping keeping;
    private final LabelTelemetry telemetry;
    private final Map<String, Fed> folds = new HashMap<>();
    private volatile Map<String, OutcomeFold> live = Map.of();
    private String topicId = "";
    private long firstOffset;

    /** How often states are kept: after so many outcomes, or once so much time has passed since one came that is not kept. */
    public record Keeping(int outcomes, Duration time) {}

    /** A fold, what it takes next, and what of it is kept. */
    private static final class Fed {
        private final OutcomeFold fold;
        private long next;
        private long kept;
        private long sinceKept;
        private long keptAtNanos = System.nanoTime();
        private long notBeforeNanos = System.nanoTime();
        private boolean failed;

        Fed(OutcomeFold fold, long next) {
            this.fold = fold;
            this.next = next;
            this.kept = next;
        }
    }

    /** @param wanted the folds as the definitions say at that moment, new and without state */
    public FoldFeed(
            String labels,
            Supplier<List<OutcomeFold>> wanted,
            FoldStates states,
            Keeping keeping,
            LabelTelemetry telemetry) {
        this.labels = labels;
        this.wanted = wanted;
        this.states = states;
        this.keeping = keeping;
        this.telemetry = telemetry;
    }

    /**
     * Takes up the folds with their states.
     *
     * @param topic id of the topic of outcomes, which changes where that is made again
     * @param first the first offset that the topic has
     * @param end behind its last
     * @return the offset to read on from
     */
    public long begin(String topic, long first, long end) {
        topicId = topic;
        firstOffset = first;
        folds.clear();
        return update(end);
    }

    /**
     * Takes up the folds that the definitions have now and lets those go that they have no more.
     *
     * @param end behind the last outcome
     * @return the offset to read on from
     */
    public long update(long end) {
        var before = new HashMap<>(folds);
        folds.clear();
        for (OutcomeFold fold : wanted.get()) {
            Fed known = before.get(fold.name());
            if (known != null && known.fold.fingerprint().equals(fold.fingerprint()) && !known.failed) {
                folds.put(fold.name(), before.remove(fold.name()));
            } else {
                folds.put(fold.name(), restored(fold, end));
            }
        }
        before.values().stream().filter(gone -> !gone.failed).forEach(this::keep);
        var now = new HashMap<String, OutcomeFold>();
        folds.values().stream().filter(fed -> !fed.failed).forEach(fed -> now.put(fed.fold.name(), fed.fold));
        live = Map.copyOf(now);
        return folds.values().stream()
                .filter(fed -> !fed.failed)
                .mapToLong(fed -> fed.next)
                .min()
                .orElse(end);
    }

    /** The next outcome of the topic. */
    public void take(Outcome outcome, long offset) {
        for (Fed fed : folds.values()) {
            if (offset < fed.next || fed.failed) {
                continue;
            }
            try {
                fed.fold.fold(outcome, offset);
                fed.next = offset + 1;
                fed.sinceKept++;
            } catch (RuntimeException e) {
                fail(fed, e);
                continue;
            }
            if (fed.sinceKept >= keeping.outcomes() || isDue(fed)) {
                keep(fed);
            }
        }
    }

    /** Keeps the states that have waited long enough. */
    public void keepDue() {
        long now = System.nanoTime();
        for (Fed fed : folds.values()) {
            if (!fed.failed
                    && (isDue(fed) || now - fed.keptAtNanos >= keeping.time().toNanos())) {
                keep(fed);
            }
        }
    }

    /** Keeps all states and lets the folds go: another replica, or this one later, takes them up. */
    public void end() {
        folds.values().stream().filter(fed -> !fed.failed).forEach(this::keep);
        abandon();
    }

    /** Lets the folds go without keeping what they have: somebody else may have gone on from what they kept. */
    public void abandon() {
        folds.clear();
        live = Map.of();
        telemetry.released(labels);
    }

    /** The folds that are fed here now, by name. Thread-safe. */
    public Map<String, OutcomeFold> live() {
        return live;
    }

    private static boolean isDue(Fed fed) {
        return fed.fold.isDue() && System.nanoTime() >= fed.notBeforeNanos;
    }

    private Fed restored(OutcomeFold fold, long end) {
        Optional<Kept> kept = Optional.empty();
        try {
            kept = states.read(identity(fold)).filter(found -> found.offset() <= end);
        } catch (IOException e) {
            LOG.errorf(e, "Labels %s: the state of %s cannot be read; it is made anew", labels, fold.name());
        }
        if (kept.isEmpty()) {
            return new Fed(fold, firstOffset);
        }
        long offset = kept.get().offset();
        var fed = new Fed(fold, offset);
        try (var in = new DataInputStream(new ByteArrayInputStream(kept.get().state()))) {
            fold.read(in);
            if (offset < firstOffset) {
                LOG.warnf(
                        "Labels %s: %d outcomes are gone that %s has not seen",
                        labels, firstOffset - offset, fold.name());
                fed.next = firstOffset;
            }
            fold.kept(offset);
        } catch (IOException | RuntimeException e) {
            fail(fed, e);
        }
        return fed;
    }

    private void keep(Fed fed) {
        long now = System.nanoTime();
        fed.keptAtNanos = now;
        if (fed.next == fed.kept && !fed.fold.isDue()) {
            return;
        }
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            fed.fold.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        try {
            states.write(identity(fed.fold), new Kept(fed.next, bytes.toByteArray()));
            fed.kept = fed.next;
            fed.sinceKept = 0;
            fed.fold.kept(fed.next);
        } catch (IOException | RuntimeException e) {
            telemetry.notKept(labels);
            fed.notBeforeNanos = now + keeping.time().toNanos();
            fed.sinceKept = 0;
            LOG.errorf(e, "Labels %s: the state of %s was not kept at offset %d", labels, fed.fold.name(), fed.next);
        }
    }

    private void fail(Fed fed, Exception e) {
        fed.failed = true;
        telemetry.foldFailed(labels);
        var now = new HashMap<>(live);
        now.remove(fed.fold.name());
        live = Map.copyOf(now);
        LOG.errorf(e, "Labels %s: %s failed at offset %d and is fed no more", labels, fed.fold.name(), fed.next);
    }

    private Identity identity(OutcomeFold fold) {
        return new Identity(labels, fold.name(), fold.fingerprint(), topicId);
    }
}
