package io.millrace.features.kafka;

import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.deletion.VoidFilter;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.telemetry.FeatureMetrics;
import java.util.UUID;

/** Puts together what the ingestion of a view works with. */
record LoopWirings(SourceLoops loops, Readers readers, VoidFilter voids, FeatureMetrics metrics) {
    ViewIngestion.Wiring of(FeatureView view, OnlineStore store) {
        String group = ViewIngestion.group(view.id());
        String transactionalId = loops.isShared() ? group + "." + UUID.randomUUID() : group;
        return new ViewIngestion.Wiring(
                loops.of(view, group, loops.isShared(), metrics::retried),
                voids.of(store),
                () -> readers.online(view),
                () -> new DeadLetters(
                        loops.clients(),
                        loops.topics(),
                        transactionalId,
                        view.id().toString()),
                loops.config().ingestion().commitInterval(),
                new Counts(metrics));
    }
}
