package io.millrace.features.rest;

import io.millrace.features.app.DefinitionPlan;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What applying did, or would do.
 *
 * @param outcomes one per definition of the files, kind by kind, then one per definition that the project has and the files do not
 * @param broken what reads that which goes
 * @param backfills what new views read before they have caught up; only of a dry run
 */
@RegisterForReflection
public record JsonPlan(List<Outcome> outcomes, List<Broken> broken, List<Backfill> backfills) {
    /** What becomes of one definition. */
    @RegisterForReflection
    public record Outcome(String name, String kind, String change, List<String> fields) {}

    /** A definition that reads what goes. */
    @RegisterForReflection
    public record Broken(String reader, String message) {}

    /** Offsets of a partition, {@code to} exclusive. */
    @RegisterForReflection
    public record Range(int partition, long from, long to) {}

    /** What a new version reads; {@code records} is null where it is not known. */
    @RegisterForReflection
    public record Backfill(
            String view,
            String source,
            List<Range> ranges,
            @Nullable Long records,
            String note) {}

    static JsonPlan of(DefinitionPlan plan) {
        return new JsonPlan(
                plan.outcomes().stream()
                        .map(outcome -> new Outcome(
                                outcome.key().id().toString(),
                                outcome.key().kind().word(),
                                outcome.change().name().toLowerCase(Locale.ROOT),
                                outcome.fields()))
                        .toList(),
                plan.broken().stream()
                        .map(broken -> new Broken(broken.reader().toString(), broken.message()))
                        .toList(),
                plan.backfills().stream()
                        .map(backfill -> new Backfill(
                                backfill.view().toString(),
                                backfill.source(),
                                backfill.ranges().stream()
                                        .map(range -> new Range(range.partition(), range.from(), range.to()))
                                        .toList(),
                                backfill.records().isPresent()
                                        ? (Long) backfill.records().getAsLong()
                                        : null,
                                backfill.note()))
                        .toList());
    }
}
