package io.millrace.local.apply;

import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.Service;
import io.millrace.proto.features.v1.ApplyFeatureViewsRequest;
import io.millrace.proto.features.v1.ApplyFeatureViewsResponse;
import io.millrace.proto.features.v1.DefinitionOutcome;
import io.millrace.proto.features.v1.DefinitionServiceGrpc;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.features.v1.ListDefinitionsRequest;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.inference.v1.ListPipelinesRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Plans and applies a folder's feature definitions: feature-service says what it knows, inference-service which pipelines read what goes. */
final class FeatureDefinitions {
    private static final long DEADLINE_SECONDS = 60;

    private final Channels channels;
    private final Applier.Mode mode;

    FeatureDefinitions(Channels channels, Applier.Mode mode) {
        this.channels = channels;
        this.mode = mode;
    }

    /** What would be done, with everything that stands against it among the faults. */
    Applied plan(DefinitionFolder folder) {
        if (isNothing(folder)) {
            return Applied.nothing();
        }
        return Applier.attempt("feature definitions", () -> {
            ApplyFeatureViewsResponse answer = call(folder, true);
            var plan = new FeaturePlan(answer, readers(answer, folder));
            return Applier.outcomes("feature view", answer.getOutcomesList())
                    .and(Applied.noted(plan.notes()))
                    .and(Applied.refused(plan.obstacles(mode.force(), folder.placesOfFeatures())));
        });
    }

    Applied apply(DefinitionFolder folder) {
        if (isNothing(folder)) {
            return Applied.nothing();
        }
        return Applier.attempt(
                "feature definitions",
                () -> Applier.outcomes("feature view", call(folder, false).getOutcomesList()));
    }

    private boolean isNothing(DefinitionFolder folder) {
        return folder.featureViews().isEmpty() && !mode.prune();
    }

    private ApplyFeatureViewsResponse call(DefinitionFolder folder, boolean dryRun) {
        var request = ApplyFeatureViewsRequest.newBuilder()
                .setDryRun(dryRun)
                .setProject(folder.project())
                .setPrune(mode.prune())
                .setForce(mode.force());
        folder.featureViews().forEach(file -> request.addFiles(Applier.file(file)));
        return FeatureServiceGrpc.newBlockingStub(channels.to(Service.FEATURES))
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .applyFeatureViews(request.build());
    }

    /**
     * @throws StatusRuntimeException where a service does not answer; it is asked only where something goes
     */
    private List<String> readers(ApplyFeatureViewsResponse answer, DefinitionFolder folder) {
        Set<String> retired = answer.getOutcomesList().stream()
                .filter(outcome -> outcome.getChange() == DefinitionOutcome.Change.CHANGE_RETIRED)
                .filter(outcome -> outcome.getKind().endsWith("FeatureView"))
                .map(DefinitionOutcome::getName)
                .collect(Collectors.toSet());
        if (retired.isEmpty()) {
            return List.of();
        }
        Set<String> defaults = DefinitionServiceGrpc.newBlockingStub(channels.to(Service.FEATURES))
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .listDefinitions(ListDefinitionsRequest.getDefaultInstance())
                .getDefinitionsList()
                .stream()
                .filter(definition ->
                        definition.getIsDefault() && definition.getKind().endsWith("FeatureView"))
                .map(definition -> definition.getName() + "@" + definition.getVersion())
                .collect(Collectors.toSet());
        Map<String, String> pipelines = new LinkedHashMap<>();
        InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .listPipelines(ListPipelinesRequest.getDefaultInstance())
                .getPipelinesList()
                .forEach(pipeline -> pipelines.put(pipeline.getName(), pipeline.getDefinitionYaml()));
        pipelines.putAll(FeaturePlan.pipelines(folder.pipelines()));
        return FeaturePlan.readersOf(retired, defaults, pipelines);
    }
}
