package io.millrace.features.kafka;

import io.millrace.features.app.IngestionReport;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Says how loops are doing. */
final class LoopReports {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final SourceEnds ends;

    LoopReports(SourceEnds ends) {
        this.ends = ends;
    }

    /** Records between what a loop has applied and the ends of its source; -1 where Kafka does not say within a second, or the loop does not run. */
    long lag(ViewIngestion loop) {
        Map<SourcePartition, Long> now = endsOf(loop.topic()).join();
        return now.isEmpty() || loop.condition().state() != IngestionReport.State.RUNNING
                ? -1
                : loop.progress().lag(now);
    }

    private CompletableFuture<Map<SourcePartition, Long>> endsOf(String topic) {
        return ends.of(topic)
                .thenApply(found -> found)
                .completeOnTimeout(Map.of(), PATIENCE.toNanos(), TimeUnit.NANOSECONDS)
                .exceptionally(_ -> Map.of());
    }

    /**
     * @param withLags whether Kafka is asked for the ends of the sources, for a second at most
     * @param rebuilt why a view's state is built again; null where it is not
     */
    Map<ViewId, IngestionReport> of(
            Collection<ViewIngestion> loops, boolean withLags, Function<ViewId, @Nullable String> rebuilt) {
        Map<String, CompletableFuture<Map<SourcePartition, Long>>> asked = new HashMap<>();
        if (withLags) {
            loops.forEach(loop -> asked.computeIfAbsent(loop.topic(), this::endsOf));
        }
        Map<ViewId, IngestionReport> reports = new HashMap<>();
        for (ViewIngestion loop : loops) {
            Map<SourcePartition, Long> found = asked.getOrDefault(
                            loop.topic(), CompletableFuture.completedFuture(Map.of()))
                    .join();
            ViewId id = loop.view().id();
            reports.put(id, report(loop, found, rebuilt.apply(id)));
        }
        return reports;
    }

    private static IngestionReport report(
            ViewIngestion loop, Map<SourcePartition, Long> found, @Nullable String rebuilt) {
        Counts counts = loop.counts();
        SourceLoop.Condition condition = loop.condition();
        if (rebuilt != null && condition.state() == IngestionReport.State.RUNNING) {
            condition = new SourceLoop.Condition(IngestionReport.State.REBUILDING, rebuilt);
        }
        return new IngestionReport(
                condition.state(),
                condition.detail(),
                loop.progress().applied(),
                found.isEmpty() ? -1 : loop.progress().lag(found),
                counts.applied.sum(),
                counts.reasons(),
                counts.late());
    }
}
