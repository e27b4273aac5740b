package io.millrace.inference.app;

import io.millrace.definitions.DefinitionFile;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.PipelineStreams.RunningStream;
import io.millrace.inference.app.definition.AppliedRuns;
import io.millrace.inference.app.definition.DefinitionApply;
import io.millrace.inference.app.definition.DefinitionApply.Outcome;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.definition.DefinitionKind;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ServedFeatures;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.ServiceEvent.PipelineChange;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the streams as the catalog says: starts what is applied, stops what is paused or removed, replaces what changed. What one replica is told,
 * all do. Thread-safe.
 */
public final class PipelineControl implements PipelineAdministration, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PipelineControl.class);

    private final PipelineStreams streams;
    private final DefinitionCatalog catalog;
    private final DefinitionApply definitions;
    private final DefinitionKind<?> kind;
    private final EventLog events;
    private final AppliedRuns<Pipeline, RunningStream> running;
    private final Map<String, StreamTally> tallies = new ConcurrentHashMap<>();

    private PipelineControl(DefinitionCatalog catalog, PipelineStreams streams, EventLog events) {
        this.streams = streams;
        this.events = events;
        this.catalog = catalog;
        this.definitions = new DefinitionApply(catalog);
        this.kind = catalog.kinds().stream()
                .filter(known -> known.type() == Pipeline.class)
                .findFirst()
                .orElseThrow();
        this.running = new AppliedRuns<>(catalog, Pipeline::equals, this::start);
    }

    /** Starts to listen to the catalog; streams start once everything in it is known, so that none runs for a moment that was paused long ago. */
    public static PipelineControl start(DefinitionCatalog catalog, PipelineStreams streams, EventLog events) {
        var control = new PipelineControl(catalog, streams, events);
        catalog.listen(Pipeline.class, control::changed);
        control.running.begin("pipelines-start", "No pipeline runs yet", () -> catalog.all(Pipeline.class)
                .keySet()
                .forEach(control::changed));
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
        running.close();
    }

    private void changed(String name) {
        running.change(
                name,
                () -> catalog.isPaused(name)
                        ? null
                        : catalog.find(Pipeline.class, name).orElse(null));
    }

    private RunningStream start(Pipeline pipeline, @Nullable RunningStream predecessor) {
        RunningStream stream = streams.start(pipeline, tally(pipeline), predecessor);
        LOG.infof("Pipeline %s is started", pipeline.name());
        return stream;
    }

    private StreamTally tally(Pipeline pipeline) {
        return tallies.computeIfAbsent(pipeline.name(), _ -> new StreamTally());
    }

    private PipelineSummary summary(Pipeline pipeline) {
        boolean paused = catalog.isPaused(pipeline.name());
        StreamTally tally = tally(pipeline);
        StreamStatus status = running.find(pipeline.name())
                .map(RunningStream::status)
                .orElseGet(() -> new StreamStatus(!paused, paused ? "" : "starting", -1));
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
