package io.millrace.inference.app.plan;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.definition.DefinitionApply;
import io.millrace.jobs.Job;
import io.millrace.jobs.Jobs;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** Starts replays of plans, and hands out what they found. Thread-safe. */
public final class ReplayPlans {
    private final DefinitionApply definitions;
    private final Jobs jobs;
    private final ReplayReports reports;

    public ReplayPlans(DefinitionApply definitions, Jobs jobs, ReplayReports reports) {
        this.definitions = definitions;
        this.jobs = jobs;
        this.reports = reports;
    }

    /**
     * Starts a job.
     *
     * @throws Refusal INVALID_DEFINITION with every fault of the files, DEFINITIONS_UNAVAILABLE, TOO_MANY_JOBS
     */
    public Job start(ReplaySpec spec) {
        definitions.overlay(spec.files());
        String plan = UUID.randomUUID().toString();
        reports.put(plan, spec);
        boolean started = false;
        try {
            Job job = jobs.start(ReplayPlanJob.KIND, Map.of(ReplayPlanJob.PLAN, plan));
            started = true;
            return job;
        } finally {
            if (!started) {
                reports.takeSpec(plan);
            }
        }
    }

    /**
     * What a job found.
     *
     * @throws Refusal JOB_NOT_FOUND, FILE_NOT_READY
     */
    public PlanReport report(String job) {
        Job made = jobs.get(job);
        if (!made.kind().equals(ReplayPlanJob.KIND)) {
            throw new Refusal(InferenceReason.JOB_NOT_FOUND, "the job replays no plan");
        }
        return reports.find(job)
                .orElseThrow(() -> new Refusal(
                        InferenceReason.FILE_NOT_READY,
                        made.state() == Job.State.DONE
                                ? "the report was forgotten since"
                                : "the job is " + made.state().name().toLowerCase(Locale.ROOT)));
    }
}
