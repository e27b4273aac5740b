package io.millrace.inference.app.deploy;

import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.deploy.Bandit;
import io.millrace.inference.domain.deploy.Bandit.Policy;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.deploy.Deployment.Arm;
import io.millrace.inference.domain.deploy.Deployment.Shadow;
import io.millrace.inference.domain.deploy.Deployment.Sticky;
import io.millrace.inference.domain.deploy.Experiment;
import io.millrace.inference.domain.deploy.Measured;
import io.millrace.inference.domain.label.LabelStream;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** What stands against an experiment or a bandit of a deployment. */
final class EvidenceCheck {
    private final Deployment deployment;
    private final Definitions all;
    private final Consumer<String> faults;

    EvidenceCheck(Deployment deployment, Definitions all, Consumer<String> faults) {
        this.deployment = deployment;
        this.all = all;
        this.faults = faults;
    }

    void check() {
        deployment.experiment().ifPresent(this::experiment);
        deployment.bandit().ifPresent(this::bandit);
    }

    private void experiment(Experiment experiment) {
        Optional<Arm> champion = arm(experiment.champion());
        Optional<Arm> challenger = arm(experiment.challenger());
        Optional<Shadow> shadow = deployment.shadows().stream()
                .filter(each -> each.name().equals(experiment.challenger()))
                .findFirst();
        if (champion.isEmpty()) {
            faults.accept("experiment: no arm is named '" + experiment.champion() + "'");
        }
        if (challenger.isEmpty() && shadow.isEmpty()) {
            faults.accept("experiment: no arm or shadow is named '" + experiment.challenger() + "'");
        }
        if (champion.filter(arm -> arm.weight() > 0).isEmpty() && champion.isPresent()) {
            faults.accept("experiment: champion '" + experiment.champion() + "' gets no calls");
        }
        if (challenger.filter(arm -> arm.weight() <= 0).isPresent()
                || shadow.filter(each -> each.sample() <= 0).isPresent()) {
            faults.accept("experiment: challenger '" + experiment.challenger() + "' sees no calls");
        }
        if (challenger.isPresent() && deployment.sticky() instanceof Sticky.Field(String field)) {
            faults.accept(
                    "experiment: calls stick to field '" + field + "', which outcomes do not bring: let them stick"
                            + " to the entity, or make the challenger a shadow");
        }
        labels("experiment", experiment.labels()).ifPresent(labels -> {
            fits("objective", experiment.objective(), labels);
            experiment.guardrails().forEach(guard -> fits("guardrail", guard.measured(), labels));
        });
    }

    private void bandit(Bandit bandit) {
        Optional<LabelStream> labels = labels("bandit", bandit.labels());
        labels.ifPresent(stream -> fits("reward", bandit.reward(), stream));
        if (bandit.policy() instanceof Policy.LinUcb linUcb) {
            labels.flatMap(stream -> all.find(Pipeline.class, stream.pipeline()))
                    .ifPresent(pipeline -> linUcb.context().forEach(column -> column(column.name(), pipeline)));
        }
    }

    private void column(String name, Pipeline pipeline) {
        if (pipeline.request().containsKey(name)) {
            if (!pipeline.extras().vector()) {
                faults.accept("bandit: request field '" + name + "' is not in what pipeline '" + pipeline.name()
                        + "' says of its predictions: set record-vector: true");
            }
        } else if (pipeline.service().isEmpty() && !pipeline.features().contains(name)) {
            faults.accept(
                    "bandit: pipeline '" + pipeline.name() + "' reads no feature and no request field '" + name + "'");
        }
    }

    private Optional<LabelStream> labels(String what, String name) {
        Optional<LabelStream> labels = all.find(LabelStream.class, name);
        if (labels.isEmpty()) {
            faults.accept(what + ": no labels are named '" + name + "'");
            return labels;
        }
        Optional<Pipeline> pipeline = all.find(Pipeline.class, labels.get().pipeline());
        if (pipeline.isPresent() && !DeploymentKind.splits(deployment, pipeline.get())) {
            faults.accept(what + ": labels '" + name + "' are of pipeline '"
                    + pipeline.get().name() + "', which is not scored by this deployment");
        }
        return labels;
    }

    private void fits(String what, Measured measured, LabelStream labels) {
        if (!measured.measure().fits(labels.task())) {
            String task = labels.task() instanceof LabelStream.Task.Classification ? "classes" : "numbers";
            faults.accept(what + ": "
                    + measured.measure().name().toLowerCase(Locale.ROOT).replace('_', '-')
                    + " is not taken of labels that are " + task);
        }
    }

    private Optional<Arm> arm(String name) {
        return deployment.arms().stream().filter(arm -> arm.name().equals(name)).findFirst();
    }
}
