package io.millrace.inference.app.label;

import io.millrace.inference.app.definition.AppliedRuns;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.label.LabelStreams.Running;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.label.LabelStream;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Keeps the label streams as the catalog says, and knows the folds that are fed on this replica. Thread-safe. */
public final class LabelControl implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(LabelControl.class);

    private final DefinitionCatalog catalog;
    private final LabelStreams streams;
    private final List<OutcomeFolds> folds;
    private final AppliedRuns<Wanted, Running> runs;

    /** A stream and the pipeline whose predictions it labels. */
    private record Wanted(LabelStream labels, Pipeline pipeline) {
        /** Whether it is the same stream, and predictions come from the same topics and mean the same. */
        boolean isSame(Wanted other) {
            return labels.equals(other.labels)
                    && pipeline.input().topic().equals(other.pipeline.input().topic())
                    && pipeline.outputs().equals(other.pipeline.outputs());
        }
    }

    private LabelControl(DefinitionCatalog catalog, LabelStreams streams, List<OutcomeFolds> folds) {
        this.catalog = catalog;
        this.streams = streams;
        this.folds = List.copyOf(folds);
        this.runs = new AppliedRuns<>(catalog, Wanted::isSame, this::start);
    }

    /** Starts to listen to the catalog; streams start once everything in it is known. */
    public static LabelControl start(DefinitionCatalog catalog, LabelStreams streams, List<OutcomeFolds> folds) {
        var control = new LabelControl(catalog, streams, folds);
        catalog.kinds().forEach(kind -> catalog.listen(kind.type(), _ -> control.changed()));
        control.runs.begin("labels-start", "No labels are read yet", control::changed);
        return control;
    }

    /** How a stream fares on this replica; empty where there is none of the name. */
    public Optional<LabelStreams.Status> status(String labels) {
        return runs.find(labels).map(Running::status);
    }

    /** A fold that is fed on this replica, for those that read it; empty where there is none, it failed or another replica feeds it. */
    public <F extends OutcomeFold> Optional<F> fold(String labels, String name, Class<F> type) {
        return runs.find(labels)
                .map(running -> running.folds().get(name))
                .filter(type::isInstance)
                .map(type::cast);
    }

    /** The names of the folds that are fed on this replica. */
    public List<String> folds(String labels) {
        return runs.find(labels)
                .map(running -> running.folds().keySet().stream().sorted().toList())
                .orElse(List.of());
    }

    /** Stops all streams, each after what it has begun. */
    @Override
    public void close() {
        runs.close();
    }

    private void changed() {
        Stream.concat(runs.names().stream(), catalog.all(LabelStream.class).keySet().stream())
                .distinct()
                .forEach(name -> {
                    if (runs.change(name, () -> wanted(name))) {
                        runs.find(name).ifPresent(Running::changed);
                    }
                });
    }

    private @Nullable Wanted wanted(String name) {
        return catalog.find(LabelStream.class, name)
                .flatMap(labels ->
                        catalog.find(Pipeline.class, labels.pipeline()).map(pipeline -> new Wanted(labels, pipeline)))
                .orElse(null);
    }

    private Running start(Wanted wanted, @Nullable Running predecessor) {
        LabelStream labels = wanted.labels();
        Running running = streams.start(labels, wanted.pipeline(), () -> foldsOf(labels), predecessor);
        LOG.infof(
                "Labels %s are read for pipeline %s",
                labels.name(), wanted.pipeline().name());
        return running;
    }

    private List<OutcomeFold> foldsOf(LabelStream labels) {
        var all = new HashMap<String, OutcomeFold>();
        for (OutcomeFolds some : folds) {
            for (OutcomeFold fold : some.of(labels, catalog)) {
                if (all.put(fold.name(), fold) != null) {
                    throw new IllegalStateException("two folds of '" + labels.name() + "' are named " + fold.name());
                }
            }
        }
        return List.copyOf(all.values());
    }
}
