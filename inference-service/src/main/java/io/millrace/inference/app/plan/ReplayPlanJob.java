package io.millrace.inference.app.plan;

import io.millrace.inference.app.FeatureServices;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.ModelEngine;
import io.millrace.inference.app.ModelRepository;
import io.millrace.inference.app.PipelineFeatures;
import io.millrace.inference.app.PlannedScoring;
import io.millrace.inference.app.batch.PastCells;
import io.millrace.inference.app.definition.DefinitionApply;
import io.millrace.inference.app.definition.DefinitionApply.Planned;
import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.app.deploy.ArmTally;
import io.millrace.inference.app.deploy.Route;
import io.millrace.inference.app.deploy.Routes;
import io.millrace.inference.app.explain.Explaining;
import io.millrace.inference.app.plan.PlanReport.ContractReport;
import io.millrace.inference.app.plan.PlanReport.PipelineReport;
import io.millrace.inference.app.plan.PlannedChanges.Touched;
import io.millrace.inference.app.plan.ReplaySpec.PlannedContract;
import io.millrace.inference.domain.InputFormat;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.Input;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.telemetry.InferenceMetrics;
import io.millrace.jobs.Job;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobFailedException;
import io.millrace.jobs.JobHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Replays a plan on recorded events. Changes nothing but a work folder; what it finds is kept in memory, so that it is not taken up again after a crash. */
public final class ReplayPlanJob implements JobHandler {
    static final String KIND = "replay-plan";
    static final String PLAN = "plan";

    private final Parts parts;
    private final ReplayReports reports;

    /**
     * What a run is made of.
     *
     * @param definitions those that are applied
     * @param metrics what is scored is counted there: others than the service's own
     * @param work a folder for files
     * @param batchRows rows of one scoring call
     * @param deadline bound on one scoring call and on one look at a feature service
     */
    public record Parts(
            DefinitionApply definitions,
            RecordedEvents events,
            PastCells past,
            ContractCheck contracts,
            FeatureServices services,
            PipelineFeatures wanted,
            ModelCatalog serving,
            ModelRepository repository,
            ModelEngine engine,
            Explaining explaining,
            InferenceMetrics metrics,
            Path work,
            int batchRows,
            Duration deadline,
            InstantSource clock) {}

    public ReplayPlanJob(Parts parts, ReplayReports reports) {
        this.parts = parts;
        this.reports = reports;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public boolean resumes() {
        return false;
    }

    /** What a job that was cancelled before it began was to do is let go of. */
    @Override
    public void hear(Job job) {
        if (job.state().isFinal()) {
            reports.takeSpec(job.parameters().getOrDefault(PLAN, ""));
        }
    }

    @Override
    public void run(Map<String, String> parameters, JobContext context) {
        ReplaySpec spec = reports.takeSpec(parameters.getOrDefault(PLAN, ""))
                .orElseThrow(() -> new JobFailedException("the service was started again since: ask again", null));
        long start = System.nanoTime();
        context.phase("looks what the plan touches");
        Planned definitions = parts.definitions().overlay(spec.files());
        var pipelines = new ArrayList<PipelineReport>();
        try (var models = new PlannedModels(
                parts.serving(), parts.repository(), parts.engine(), definitions.then(), spec.models())) {
            Routes routes = name -> definitions
                    .then()
                    .find(Deployment.class, name)
                    .map(deployment -> Route.of(deployment, 0, _ -> new ArmTally(_ -> {})));
            var scoring = new PlannedScoring(parts.wanted(), routes, models, parts.explaining(), parts.metrics());
            for (Touched touched :
                    new PlannedChanges(definitions, spec, parts.services(), parts.deadline()).touched()) {
                context.checkCancelled();
                pipelines.add(new PipelineRun(parts, spec, touched, scoring, context).run());
            }
        }
        List<ContractReport> contracts = contracts(spec, definitions.then(), context);
        reports.keep(context.id(), new PlanReport(pipelines, contracts, Duration.ofNanos(System.nanoTime() - start)));
        context.result("contracts", String.valueOf(contracts.size()));
        context.result("pipelines", String.valueOf(pipelines.size()));
        context.result(
                "events",
                String.valueOf(pipelines.stream()
                        .mapToLong(pipeline -> pipeline.volume().events())
                        .sum()));
        context.result(
                "flips",
                String.valueOf(pipelines.stream()
                        .mapToLong(pipeline -> pipeline.result().counts().getOrDefault(PlanReport.Kind.FLIP, 0L))
                        .sum()));
    }

    /** One for each contract and topic that a pipeline reads under it. */
    private List<ContractReport> contracts(ReplaySpec spec, Definitions definitions, JobContext context) {
        var contracts = new ArrayList<ContractReport>();
        for (PlannedContract contract : spec.contracts()) {
            List<Input> inputs = definitions.all(Pipeline.class).values().stream()
                    .map(Pipeline::input)
                    .filter(input -> input.contract()
                            .filter(contract.reference()::equals)
                            .isPresent())
                    .toList();
            List<String> topics = inputs.stream()
                    .filter(input -> input.format().encoding() == InputFormat.Encoding.JSON)
                    .map(Input::topic)
                    .distinct()
                    .toList();
            for (String topic : topics) {
                context.checkCancelled();
                contracts.add(new ContractRun(parts, spec, contract, topic, context).run());
            }
            if (topics.isEmpty()) {
                contracts.add(ContractReport.without(
                        contract.reference(),
                        inputs.isEmpty()
                                ? "no pipeline reads a topic under this contract"
                                : "its events are not JSON, which is all that can be validated"));
            }
        }
        return contracts;
    }
}
