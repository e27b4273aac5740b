package io.millrace.features.app.batch;

import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.ViewId;
import io.millrace.jobs.Job;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;

/** A job that materialises, and what its parameters and its checkpoint say in this use case's words. */
public record Materialization(Job job, ViewId view, TimeRange range, RowCounts counts) {
    /** The kind of these jobs. */
    public static final String KIND = "materialization";

    /** Of a job's result: the first row that could not be used, and why. */
    static final String FIRST_REJECTED = "first_rejected";

    private static final String VIEW = "view";
    private static final String FROM = "from";
    private static final String TO = "to";

    static Materialization of(Job job) {
        return new Materialization(
                job, view(job.parameters()), range(job.parameters()), RowCounts.of(job.checkpoint()));
    }

    public String id() {
        return job.id();
    }

    /** The number of the first row that could not be used, counted from 0, and why; empty where there was none. */
    public String firstRejected() {
        return job.result().getOrDefault(FIRST_REJECTED, "");
    }

    /** What a job is started with; a bound that is none is left out. */
    static Map<String, String> parameters(ViewId view, TimeRange range) {
        var parameters = new HashMap<String, String>();
        parameters.put(VIEW, view.toString());
        if (range.fromMicros() != Long.MIN_VALUE) {
            parameters.put(FROM, text(range.fromMicros()));
        }
        if (range.toMicros() != Long.MAX_VALUE) {
            parameters.put(TO, text(range.toMicros()));
        }
        return parameters;
    }

    static ViewId view(Map<String, String> parameters) {
        String text = parameters.getOrDefault(VIEW, "");
        int at = text.indexOf('@');
        return at < 0 ? new ViewId(text, "") : new ViewId(text.substring(0, at), text.substring(at + 1));
    }

    static TimeRange range(Map<String, String> parameters) {
        return new TimeRange(
                Coercion.micros(parameters.getOrDefault(FROM, "")).orElse(Long.MIN_VALUE),
                Coercion.micros(parameters.getOrDefault(TO, "")).orElse(Long.MAX_VALUE));
    }

    private static String text(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }
}
