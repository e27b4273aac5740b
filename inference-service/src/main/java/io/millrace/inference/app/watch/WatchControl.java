package io.millrace.inference.app.watch;

import io.millrace.inference.app.definition.AppliedRuns;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.watch.WatchStreams.Running;
import io.millrace.inference.app.watch.WatchStreams.Status;
import io.millrace.inference.domain.Pipeline;
import java.util.Optional;

/** Keeps a watch for each pipeline that is applied. Thread-safe. */
public final class WatchControl implements AutoCloseable {
    private final DefinitionCatalog catalog;
    private final AppliedRuns<Pipeline, Running> watches;

    private WatchControl(DefinitionCatalog catalog, WatchStreams streams) {
        this.catalog = catalog;
        this.watches = new AppliedRuns<>(catalog, WatchControl::isSame, streams::start);
    }

    /** Starts to listen to the catalog; watches start once everything in it is known. */
    public static WatchControl start(DefinitionCatalog catalog, WatchStreams streams) {
        var control = new WatchControl(catalog, streams);
        catalog.listen(Pipeline.class, control::changed);
        control.watches.begin("watches-start", "No pipeline is watched yet", () -> catalog.all(Pipeline.class)
                .keySet()
                .forEach(control::changed));
        return control;
    }

    /** How the watch of a pipeline fares on this replica; empty where there is none. */
    public Optional<Status> status(String pipeline) {
        return watches.find(pipeline).map(Running::status);
    }

    /** Ends all watches, each after what it has begun. */
    @Override
    public void close() {
        watches.close();
    }

    private void changed(String name) {
        watches.change(name, () -> catalog.find(Pipeline.class, name).orElse(null));
    }

    /** Whether predictions come from the same topics and have the same columns. */
    private static boolean isSame(Pipeline one, Pipeline two) {
        return one.outputs().equals(two.outputs())
                && one.entity().equals(two.entity())
                && one.request().equals(two.request())
                && one.features().equals(two.features())
                && one.extras().equals(two.extras());
    }
}
