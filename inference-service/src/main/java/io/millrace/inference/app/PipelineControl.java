package io.millrace.inference.app;

import io.millrace.definitions.DefinitionFile;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.PipelineStreams.RunningStream;
import io.millrace.inference.app.definition.DefinitionApply;
import io.millrace.inference.app.definition.DefinitionApply.Outcome;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.definition.DefinitionKind;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ServedFeatures;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.ServiceEvent.PipelineChange;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the streams as the catalog says: starts what is applied, stops what is paused or removed, replaces what changed. What one replica is told,
 * all do. Thread-safe.
 */
public final class PipelineControl implements PipelineAdministration, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PipelineControl.class);
    private static final Duration SHUTDOWN = Duration.ofSeconds(8);

    private final PipelineStreams streams;
    private final DefinitionCatalog catalog;
    private final DefinitionApply definitions;
    private final DefinitionKind<?> kind;
    private final EventLog events;
    private final Map<String, Running> running = new HashMap<>();
    private final Map<String, StreamTally> tallies = new HashMap<>();
    private final Thread starter;
    private boolean started;
    private boolean closed;

    /** A stream and what it was started for; {@code wanted} is null once it was told to stop. */
    private record Running(@Nullable Pipeline wanted, RunningStream stream) {}

    private PipelineControl(DefinitionCatalog catalog, PipelineStreams streams, EventLog events) {
        this.streams = streams;
        this.events = events;
        this.catalog = catalog;
        this.definitions = new DefinitionApply(catalog);
        this.kind = catalog.kinds().stream()
                .filter(known -> known.type() == Pipeline.class)
                .findFirst()
                .orElseThrow();
        this.starter = Thread.ofVirtual().name("pipelines-start").unstarted(this::startOnceCurrent);
    }

    /** Starts to listen to the catalog; streams start once everything in it is known, so that none runs for a moment that was paused long ago. */
    public static PipelineControl start(DefinitionCatalog catalog, PipelineStreams streams, EventLog events) {
        var control = new PipelineControl(catalog, streams, events);
        catalog.listen(Pipeline.class, control::changed);
        control.starter.start();
        return control;
    }

    /** Why pipelines that were applied may not be known; null where they are. */
    public @Nullable String whyNotCurrent() {
        return catalog.whyNotCurrent();
    }

    @Override
    public List<Outcome> apply(List<DefinitionFile> files) {
        List<Outcome> outcomes = definitions.apply(files);
        for (Outcome outcome : outcomes) {
            if (outcome.kind().equals(PipelineKind.KIND) && outcome.change() != DefinitionApply.Change.UNCHANGED) {
                events.record(ServiceEvent.pipelineChanged(outcome.name(), PipelineChange.APPLIED, outcome.fields()));
            }
        }
        return outcomes;
    }

    @Override
    public List<Outcome> plan(List<DefinitionFile> files, List<ServedFeatures> planned) {
        return definitions.plan(files, planned);
    }

    @Override
    public List<PipelineSummary> list() {
        catalog.requireCurrent();
        return pipelines().stream().map(this::summary).toList();
    }

    /** Records of this replica's partitions that are not scored yet, over the pipelines of which it is known. */
    public long lag() {
        return pipelines().stream()
                .mapToLong(pipeline -> Math.max(0, summary(pipeline).lag()))
                .sum();
    }

    /** Names and reasons of the pipelines that cannot go on. */
    public Map<String, String> stalled() {
        var stalled = new TreeMap<String, String>();
        for (Pipeline pipeline : pipelines()) {
            PipelineSummary summary = summary(pipeline);
            if (summary.state() == State.STALLED) {
                stalled.put(pipeline.name(), summary.reason());
            }
        }
        return stalled;
    }

    @Override
    public void pause(String name) {
        find(name);
        catalog.pause(name);
        events.record(ServiceEvent.pipelineChanged(name, PipelineChange.PAUSED, List.of()));
    }

    @Override
    public void resume(String name) {
        find(name);
        catalog.resume(name);
        events.record(ServiceEvent.pipelineChanged(name, PipelineChange.RESUMED, List.of()));
    }

    @Override
    public void remove(String name) {
        find(name);
        catalog.remove(kind, name);
        events.record(ServiceEvent.pipelineChanged(name, PipelineChange.REMOVED, List.of()));
    }

    @Override
    public Pipeline find(String name) {
        return catalog.find(Pipeline.class, name).orElseThrow(() -> {
            catalog.requireCurrent();
            return new Refusal(InferenceReason.PIPELINE_NOT_FOUND, "no pipeline is named '" + name + "'");
        });
    }

    private Collection<Pipeline> pipelines() {
        return catalog.all(Pipeline.class).values();
    }

    /** Stops all streams, each after its transaction. */
    @Override
    public void close() {
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
            catalog.all(Pipeline.class).keySet().forEach(this::changed);
        }
    }

    private synchronized void changed(String name) {
        if (!started || closed) {
            return;
        }
        Pipeline wanted = catalog.isPaused(name)
                ? null
                : catalog.find(Pipeline.class, name).orElse(null);
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

    private synchronized PipelineSummary summary(Pipeline pipeline) {
        boolean paused = catalog.isPaused(pipeline.name());
        StreamTally tally = tallies.computeIfAbsent(pipeline.name(), any -> new StreamTally());
        Running now = running.get(pipeline.name());
        StreamStatus status = now == null || now.wanted() == null
                ? new StreamStatus(!paused, paused ? "" : "starting", -1)
                : now.stream().status();
        State state = paused ? State.PAUSED : status.stalled() ? State.STALLED : State.RUNNING;
        return new PipelineSummary(
                pipeline,
                state,
                status.reason(),
                status.lag(),
                tally.predictions(),
                tally.deadLettered(),
                tally.contractViolations());
    }
}
