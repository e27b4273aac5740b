package io.millrace.jobs.rest;

import io.millrace.jobs.Job;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as JSON.
 *
 * @param expected null where nobody knows
 * @param remaining_ms how long the rest of this phase takes at the rate so far; null where that is not known
 */
@RegisterForReflection
public record JobJson(
        String id,
        String kind,
        String state,
        String phase,
        long done,
        @Nullable Long expected,
        double rows_per_second,
        @Nullable Long remaining_ms,
        String message,
        Map<String, String> parameters,
        Map<String, String> result,
        int runs,
        String created,
        @Nullable String started,
        @Nullable String finished) {
    public static JobJson of(Job job) {
        return new JobJson(
                job.id(),
                job.kind(),
                job.state().name().toLowerCase(Locale.ROOT),
                job.phase(),
                job.done(),
                job.expected() == Job.UNKNOWN ? null : job.expected(),
                job.rowsPerSecond(),
                job.remaining().map(Duration::toMillis).orElse(null),
                job.message(),
                job.parameters(),
                job.result(),
                job.runs(),
                job.created().toString(),
                text(job.started()),
                text(job.finished()));
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
