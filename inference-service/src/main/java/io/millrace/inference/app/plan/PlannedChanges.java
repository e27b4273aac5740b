package io.millrace.inference.app.plan;

import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureServices;
import io.millrace.inference.app.PipelineKind;
import io.millrace.inference.app.definition.DefinitionApply.Change;
import io.millrace.inference.app.definition.DefinitionApply.Outcome;
import io.millrace.inference.app.definition.DefinitionApply.Planned;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.ServedFeatures;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.ensemble.Ensemble;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which pipelines a plan touches, and why. */
final class PlannedChanges {
    private final Planned definitions;
    private final ReplaySpec spec;
    private final FeatureServices services;
    private final Duration deadline;

    /**
     * A pipeline that is touched, each with the features that it reads.
     *
     * @param current as it is applied; empty where it is new
     */
    record Touched(Optional<Pipeline> current, Pipeline planned, List<String> reasons) {}

    /** @param deadline bound on asking what a feature service stands for */
    PlannedChanges(Planned definitions, ReplaySpec spec, FeatureServices services, Duration deadline) {
        this.definitions = definitions;
        this.spec = spec;
        this.services = services;
        this.deadline = deadline;
    }

    /**
     * By name.
     *
     * @throws Refusal what {@link FeatureServices#find} throws
     */
    List<Touched> touched() {
        var touched = new ArrayList<Touched>();
        for (Pipeline pipeline : definitions.then().all(Pipeline.class).values()) {
            var reasons = new LinkedHashSet<String>();
            changed(PipelineKind.KIND, pipeline.name(), "it").ifPresent(reasons::add);
            reached(pipeline.model(), reasons);
            Optional<Pipeline> current =
                    definitions.now().find(Pipeline.class, pipeline.name()).map(this::filled);
            Pipeline planned = planned(pipeline);
            if (current.isPresent()
                    && pipeline.service().isPresent()
                    && !current.get().features().equals(planned.features())) {
                reasons.add("feature service " + planned.service().orElse("") + " gives it other features");
            }
            planned.features().stream()
                    .filter(spec.planned()::changes)
                    .forEach(feature -> reasons.add("it reads " + feature + ", whose view is new or changes"));
            if (!reasons.isEmpty()) {
                touched.add(new Touched(current, planned, List.copyOf(reasons)));
            }
        }
        return touched;
    }

    /** What a model reference leads to and the plan changes. */
    private void reached(ModelReference reference, Set<String> reasons) {
        Optional<Deployment> deployment = reference.version().isPresent()
                ? Optional.empty()
                : definitions.then().find(Deployment.class, reference.name());
        if (deployment.isPresent()) {
            changed("Deployment", reference.name(), "deployment " + reference.name())
                    .ifPresent(reasons::add);
            deployment.get().arms().forEach(arm -> model(arm.model(), reasons));
        } else {
            model(reference, reasons);
        }
    }

    private void model(ModelReference reference, Set<String> reasons) {
        String version = spec.models().get(reference.name());
        if (version != null) {
            reasons.add("model " + reference.name() + " is version " + version);
        }
        definitions.then().find(Ensemble.class, reference.name()).ifPresent(ensemble -> {
            changed("Ensemble", ensemble.name(), "ensemble " + ensemble.name()).ifPresent(reasons::add);
            ensemble.modelSteps().forEach(step -> {
                String ofStep = spec.models().get(step.model().name());
                if (ofStep != null) {
                    reasons.add("model " + step.model().name() + " is version " + ofStep);
                }
            });
        });
    }

    private Optional<String> changed(String kind, String name, String title) {
        return definitions.outcomes().stream()
                .filter(outcome -> outcome.kind().equals(kind) && outcome.name().equals(name))
                .filter(outcome -> outcome.change() != Change.UNCHANGED)
                .map(outcome -> title + words(outcome))
                .findFirst();
    }

    private static String words(Outcome outcome) {
        if (outcome.change() == Change.CREATED) {
            return " is new";
        }
        return outcome.fields().isEmpty()
                ? " is written in another way"
                : " changes " + String.join(", ", outcome.fields());
    }

    private Pipeline planned(Pipeline pipeline) {
        return pipeline.service()
                .flatMap(name -> spec.services().stream()
                        .filter(service -> service.isMeantBy(name))
                        .findFirst())
                .map(pipeline::reading)
                .orElseGet(() -> filled(pipeline));
    }

    /** With the features of its service; without any where that is gone. */
    private Pipeline filled(Pipeline pipeline) {
        if (pipeline.service().isEmpty()) {
            return pipeline;
        }
        try {
            ServedFeatures served = services.find(pipeline.service().get(), deadline);
            return pipeline.reading(served);
        } catch (Refusal refusal) {
            if (refusal.reason().kind() != Reason.Kind.NOT_FOUND) {
                throw refusal;
            }
            return pipeline;
        }
    }
}
