package io.millrace.inference.app.plan;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What jobs are to replay, and the newest reports of what they found. Thread-safe. */
public final class ReplayReports {
    private static final int KEPT = 20;

    private final Map<String, ReplaySpec> specs = new LinkedHashMap<>();
    private final Map<String, PlanReport> reports = new LinkedHashMap<>();

    synchronized void put(String plan, ReplaySpec spec) {
        specs.put(plan, spec);
    }

    /** Gives it once. */
    synchronized Optional<ReplaySpec> takeSpec(String plan) {
        return Optional.ofNullable(specs.remove(plan));
    }

    synchronized void keep(String job, PlanReport report) {
        reports.put(job, report);
        if (reports.size() > KEPT) {
            reports.remove(reports.keySet().iterator().next());
        }
    }

    synchronized Optional<PlanReport> find(String job) {
        return Optional.ofNullable(reports.get(job));
    }
}
