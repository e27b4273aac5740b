package io.millrace.inference.app.learn;

import io.millrace.inference.app.EventLog;
import io.millrace.inference.app.label.OutcomeFold;
import io.millrace.inference.app.learn.LearnerCommands.Asked;
import io.millrace.inference.app.learn.LearnerState.Happening;
import io.millrace.inference.app.learn.Snapshot.Cause;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.domain.learn.OnlineModel;
import io.millrace.models.kernel.learn.LabelGuard;
import io.millrace.models.kernel.learn.LabelGuard.Freeze;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * An online model as it is fed. Versions are made, and events told, once the state that they rest on is kept: after a crash both happen again, with the same state.
 */
public final class LearnerFold implements OutcomeFold {
    private static final Logger LOG = Logger.getLogger(LearnerFold.class);

    /** A version that could not be made is tried again after this. */
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private static final Duration ASK = Duration.ofMillis(500);
    private static final byte VERSION = 1;

    private final OnlineModel model;
    private final Supplier<OnlineModel> current;
    private final LearnerCommands commands;
    private final SnapshotPublisher publisher;
    private final EventLog events;
    private final LearnerState state;
    private final String fingerprint;
    private Asked done;
    private final List<Published> published = new ArrayList<>();
    private long notBeforeNanos = System.nanoTime();
    private long asksAtNanos = System.nanoTime();
    private String failure = "";
    private volatile LearnerStatus status;

    /**
     * A version that was made.
     *
     * @param examples that had been offered to the guard by then
     */
    private record Published(String version, long examples) {}

    /** @param current the definition as it is now, whose policy of snapshots holds */
    LearnerFold(
            OnlineModel model,
            Supplier<OnlineModel> current,
            LearnerCommands commands,
            SnapshotPublisher publisher,
            EventLog events) {
        this.model = model;
        this.current = current;
        this.commands = commands;
        this.publisher = publisher;
        this.events = events;
        state = new LearnerState(model);
        fingerprint = fingerprint(model);
        // What was asked of what this model was before is not asked of it.
        done = commands.of(model.name());
        status = state.status(List.of(), "");
    }

    static String name(String model) {
        return "learner." + model;
    }

    @Override
    public String name() {
        return name(model.name());
    }

    /** Everything that the learner follows from, and nothing else: not when snapshots are made. */
    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public void fold(Outcome outcome, long offset) {
        state.take(outcome, current.get().snapshots());
        show();
    }

    @Override
    public boolean isDue() {
        long now = System.nanoTime();
        if (now >= asksAtNanos) {
            asksAtNanos = now + ASK.toNanos();
            obey(commands.of(model.name()));
        }
        return state.hasNews() && now >= notBeforeNanos;
    }

    private void obey(Asked asked) {
        if (asked.equals(done)) {
            return;
        }
        if (asked.resume() != done.resume()) {
            state.resume(false);
        }
        if (asked.resumeWithNewReference() != done.resumeWithNewReference()) {
            state.resume(true);
        }
        if (asked.snapshot() != done.snapshot()) {
            state.ask(Cause.DEMAND);
        }
        done = asked;
        show();
    }

    @Override
    public void kept(long offset) {
        if (System.nanoTime() < notBeforeNanos) {
            return;
        }
        List<Happening> happened = state.tell();
        Cause cause = state.due();
        if (cause != null) {
            publish(cause);
        }
        for (Happening happening : happened) {
            tell(happening, offset);
        }
        show();
    }

    private void publish(Cause cause) {
        Snapshot snapshot = state.snapshot(cause).orElseThrow();
        String version = String.valueOf(snapshot.version());
        try {
            List<String> spoiled = cause == Cause.FREEZE ? spoiled() : List.of();
            boolean isNew =
                    publisher.publish(snapshot, current.get().snapshots().keep(), spoiled);
            published.removeIf(
                    each -> spoiled.contains(each.version()) || each.version().equals(version));
            published.add(new Published(version, state.guard().examples()));
            if (published.size() > current.get().snapshots().keep()) {
                published.removeFirst();
            }
            state.made();
            failure = "";
            if (isNew) {
                events.record(event("snapshot", Map.of("version", version, "cause", cause.word())));
            }
        } catch (IOException | RuntimeException e) {
            notBeforeNanos = System.nanoTime() + AGAIN.toNanos();
            failure = "version " + version + " could not be made: " + e.getMessage();
            publisher.failed(model.name());
            LOG.warnf(e, "Online model %s: %s", model.name(), failure);
        }
    }

    /** Versions of what came after the last good snapshot. */
    private List<String> spoiled() {
        long good = state.guard().goodExamples();
        return published.stream()
                .filter(each -> each.examples() > good)
                .map(Published::version)
                .toList();
    }

    private void tell(Happening happening, long offset) {
        var data = new LinkedHashMap<String, Object>();
        data.put("offset", offset);
        data.put("labels", status().labels());
        switch (happening) {
            case FROZEN -> {
                LabelGuard guard = state.guard();
                Freeze freeze = guard.freeze();
                if (freeze != null) {
                    data.put("reason", freeze.reason().name());
                    data.put("measured", freeze.measured());
                    data.put("reference", freeze.reference());
                    data.put("bound", freeze.bound());
                    data.put("examples_undone", freeze.example() - guard.goodExamples());
                }
                LOG.warnf("Online model %s is frozen and its last good snapshot again: %s", model.name(), data);
                events.record(event("frozen", data));
            }
            case DRIFTED -> {
                data.put("detector", current.get().snapshots().onDrift().name());
                data.put("recent_loss", state.status(List.of(), "").recentLoss());
                events.record(event("drifted", data));
            }
            case RESUMED, RESUMED_WITH_NEW_REFERENCE -> {
                data.put("new_reference", happening == Happening.RESUMED_WITH_NEW_REFERENCE);
                events.record(event("resumed", data));
            }
        }
    }

    private ServiceEvent event(String what, Map<String, Object> more) {
        return ServiceEvent.onlineModel(model.name(), what, more);
    }

    /** What it has become. For the thread that feeds it. */
    LearnerState state() {
        return state;
    }

    /** How it fares. For any thread. */
    public LearnerStatus status() {
        return status;
    }

    private void show() {
        status = state.status(published.stream().map(Published::version).toList(), failure);
    }

    @Override
    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        state.write(out);
        out.writeLong(done.snapshot());
        out.writeLong(done.resume());
        out.writeLong(done.resumeWithNewReference());
        out.writeShort(published.size());
        for (Published each : published) {
            out.writeUTF(each.version());
            out.writeLong(each.examples());
        }
    }

    @Override
    public void read(DataInput in) throws IOException {
        byte version = in.readByte();
        if (version != VERSION) {
            throw new IOException("state of an online model of version " + version + " is not known");
        }
        state.read(in);
        done = new Asked(in.readLong(), in.readLong(), in.readLong());
        published.clear();
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            published.add(new Published(in.readUTF(), in.readLong()));
        }
        show();
    }

    private static String fingerprint(OnlineModel model) {
        try {
            var bytes = new ByteArrayOutputStream();
            var out = new DataOutputStream(bytes);
            new LabelGuard(model.algorithm().learner(model.space(), model.seed()), model.guard()).write(out);
            out.writeLong(model.seed());
            out.write(Objects.toString(model.columns()).getBytes(StandardCharsets.UTF_8));
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
