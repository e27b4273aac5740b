package io.millrace.inference.app;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.PipelineCatalog.Entry;
import io.millrace.inference.app.PipelineStreams.RunningStream;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.PipelineDifference;
import io.millrace.inference.domain.ServedFeatures;
import io.millrace.inference.domain.ServiceEvent.PipelineChanged;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the streams as the catalog says: starts what is applied, stops what is paused or removed, replaces what changed. What one replica is told,
 * all do. Thread-safe.
 */
public final class PipelineControl implements PipelineAdministration, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PipelineControl.class);
    private static final int MAX_PIPELINES = 1_000;
    private static final Duration SHUTDOWN = Duration.ofSeconds(8);

    private final PipelineStreams streams;
    private final PipelineCheck check;
    private final EventLog events;
    private final PipelineCatalog catalog;
    private final Map<String, Running> running = new HashMap<>();
    private final Map<String, StreamTally> tallies = new HashMap<>();
    private final Thread starter;
    private boolean started;
    private boolean closed;

    /** A stream and what it was started for; {@code wanted} is null once it was told to stop. */
    private record Running(@Nullable Pipeline wanted, RunningStream stream) {}

    private PipelineControl(String bootstrapServers, PipelineStreams streams, PipelineCheck check, EventLog events) {
        this.streams = streams;
        this.check = check;
        this.events = events;
        this.catalog = PipelineCatalog.follow(bootstrapServers, this::changed);
        this.starter = Thread.ofVirtual().name("pipelines-start").unstarted(this::startOnceCurrent);
    }

    /** Starts to follow the catalog; streams start once everything in it is known, so that none runs for a moment that was paused long ago. */
    public static PipelineControl start(
            String bootstrapServers, PipelineStreams streams, PipelineCheck check, EventLog events) {
        var control = new PipelineControl(bootstrapServers, streams, check, events);
        control.starter.start();
        return control;
    }

    /** Why pipelines that were applied may not be known; null where they are. */
    public @Nullable String whyNotCurrent() {
        if (catalog.isCurrent()) {
            return null;
        }
        String failure = catalog.failure();
        return failure == null ? "the definitions are not read yet" : failure;
    }

    @Override
    public List<PipelineOutcome> apply(List<DefinitionFile> files) {
        List<PipelineOutcome> outcomes = draft(files, List.of(), catalog::put);
        for (PipelineOutcome outcome : outcomes) {
            if (outcome.change() != Change.UNCHANGED) {
                events.record(new PipelineChanged(outcome.name(), PipelineChanged.Change.APPLIED, outcome.fields()));
            }
        }
        return outcomes;
    }

    @Override
    public List<PipelineOutcome> plan(List<DefinitionFile> files, List<ServedFeatures> planned) {
        return draft(files, planned, _ -> {});
    }

    private List<PipelineOutcome> draft(
            List<DefinitionFile> files, List<ServedFeatures> planned, Consumer<List<Pipeline>> then) {
        var faults = new Faults();
        List<PipelineReader.Placed> placed = PipelineReader.placed(files, faults);
        if (faults.isEmpty()) {
            for (PipelineReader.Placed each : placed) {
                for (String fault : check.check(each.pipeline(), planned)) {
                    faults.add(each.place(), "pipeline '" + each.pipeline().name() + "': " + fault);
                }
            }
        }
        List<Pipeline> pipelines =
                placed.stream().map(PipelineReader.Placed::pipeline).toList();
        refuse(faults);
        requireCurrent();
        var outcomes = new ArrayList<PipelineOutcome>();
        var changed = new ArrayList<Pipeline>();
        for (Pipeline pipeline : pipelines) {
            PipelineOutcome outcome = catalog.find(pipeline.name())
                    .map(entry -> outcome(entry.pipeline(), pipeline))
                    .orElseGet(() -> new PipelineOutcome(pipeline.name(), Change.CREATED, List.of()));
            outcomes.add(outcome);
            if (outcome.change() != Change.UNCHANGED) {
                changed.add(pipeline);
            }
        }
        long created = outcomes.stream()
                .filter(outcome -> outcome.change() == Change.CREATED)
                .count();
        if (catalog.entries().size() + created > MAX_PIPELINES) {
            throw new Refusal(
                    InferenceReason.INVALID_DEFINITION, "there can be at most " + MAX_PIPELINES + " pipelines");
        }
        then.accept(changed);
        return outcomes;
    }

    private static PipelineOutcome outcome(Pipeline before, Pipeline after) {
        return new PipelineOutcome(
                after.name(),
                before.equals(after) ? Change.UNCHANGED : Change.UPDATED,
                PipelineDifference.between(before, after));
    }

    @Override
    public List<PipelineSummary> list() {
        requireCurrent();
        return catalog.entries().values().stream().map(this::summary).toList();
    }

    /** Records of this replica's partitions that are not scored yet, over the pipelines of which it is known. */
    public long lag() {
        return catalog.entries().values().stream()
                .mapToLong(entry -> Math.max(0, summary(entry).lag()))
                .sum();
    }

    /** Names and reasons of the pipelines that cannot go on. */
    public Map<String, String> stalled() {
        var stalled = new TreeMap<String, String>();
        for (Entry entry : catalog.entries().values()) {
            PipelineSummary summary = summary(entry);
            if (summary.state() == State.STALLED) {
                stalled.put(entry.pipeline().name(), summary.reason());
            }
        }
        return stalled;
    }

    @Override
    public void pause(String name) {
        find(name);
        catalog.pause(name);
        events.record(new PipelineChanged(name, PipelineChanged.Change.PAUSED, List.of()));
    }

    @Override
    public void resume(String name) {
        find(name);
        catalog.resume(name);
        events.record(new PipelineChanged(name, PipelineChanged.Change.RESUMED, List.of()));
    }

    @Override
    public void remove(String name) {
        find(name);
        catalog.remove(name);
        events.record(new PipelineChanged(name, PipelineChanged.Change.REMOVED, List.of()));
    }

    @Override
    public Pipeline find(String name) {
        return catalog.find(name).map(Entry::pipeline).orElseThrow(() -> {
            requireCurrent();
            return new Refusal(InferenceReason.PIPELINE_NOT_FOUND, "no pipeline is named '" + name + "'");
        });
    }

    /** Stops all streams, each after its transaction, and following the catalog. */
    @Override
    public void close() {
        catalog.close();
        starter.interrupt();
        List<RunningStream> ending;
        synchronized (this) {
            closed = true;
            ending = running.values().stream().map(Running::stream).toList();
            ending.forEach(RunningStream::stop);
        }
        long until = System.nanoTime() + SHUTDOWN.toNanos();
        try {
            for (RunningStream stream : ending) {
                stream.awaitEnd(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void startOnceCurrent() {
        try {
            while (!catalog.awaitCurrent(Duration.ofMinutes(1))) {
                LOG.warnf("No pipeline runs yet: %s", whyNotCurrent());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return;
        }
        synchronized (this) {
            started = true;
            catalog.entries().keySet().forEach(this::changed);
        }
    }

    private synchronized void changed(String name) {
        if (!started || closed) {
            return;
        }
        Entry entry = catalog.find(name).orElse(null);
        Pipeline wanted = entry == null || entry.paused() ? null : entry.pipeline();
        Running now = running.get(name);
        if (now != null && now.wanted() != null && !now.wanted().equals(wanted)) {
            now.stream().stop();
            now = new Running(null, now.stream());
            running.put(name, now);
        }
        if (wanted != null && (now == null || now.wanted() == null)) {
            RunningStream predecessor = now == null ? null : now.stream();
            StreamTally tally = tallies.computeIfAbsent(name, any -> new StreamTally());
            running.put(name, new Running(wanted, streams.start(wanted, tally, predecessor)));
            LOG.infof("Pipeline %s is started", name);
        }
    }

    private synchronized PipelineSummary summary(Entry entry) {
        Pipeline pipeline = entry.pipeline();
        StreamTally tally = tallies.computeIfAbsent(pipeline.name(), any -> new StreamTally());
        Running now = running.get(pipeline.name());
        StreamStatus status = now == null || now.wanted() == null
                ? new StreamStatus(!entry.paused(), entry.paused() ? "" : "starting", -1)
                : now.stream().status();
        State state = entry.paused() ? State.PAUSED : status.stalled() ? State.STALLED : State.RUNNING;
        return new PipelineSummary(
                pipeline,
                state,
                status.reason(),
                status.lag(),
                tally.predictions(),
                tally.deadLettered(),
                tally.contractViolations());
    }

    private void requireCurrent() {
        String why = whyNotCurrent();
        if (why != null) {
            throw new Refusal(InferenceReason.DEFINITIONS_UNAVAILABLE, why);
        }
    }

    private static void refuse(Faults faults) {
        if (!faults.isEmpty()) {
            List<Refusal.Detail> details = new ArrayList<>();
            for (Fault fault : faults.all()) {
                details.add(new Refusal.Detail(fault.place().toString(), fault.message()));
            }
            throw new Refusal(
                    InferenceReason.INVALID_DEFINITION, details.size() + " faults; nothing was applied", details);
        }
    }
}
