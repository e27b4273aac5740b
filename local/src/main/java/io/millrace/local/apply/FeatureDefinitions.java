package io.millrace.local.apply;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.Service;
import io.millrace.proto.features.v1.ApplyFeatureViewsRequest;
import io.millrace.proto.features.v1.ApplyFeatureViewsResponse;
import io.millrace.proto.features.v1.DefinitionOutcome;
import io.millrace.proto.features.v1.DefinitionServiceGrpc;
import io.millrace.proto.features.v1.FeatureServiceFeatures;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.features.v1.GetFeatureServiceRequest;
import io.millrace.proto.features.v1.ListDefinitionsRequest;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.inference.v1.ListPipelinesRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Plans and applies a folder's feature definitions: feature-service says what it knows, inference-service which pipelines read what goes. */
final class FeatureDefinitions {
    private static final long DEADLINE_SECONDS = 60;

    private final Channels channels;
    private final Applier.Mode mode;

    FeatureDefinitions(Channels channels, Applier.Mode mode) {
        this.channels = channels;
        this.mode = mode;
    }

    /**
     * What would be done, with everything that stands against it among the faults.
     *
     * @param changedViews views, {@code view@version}, that are new or change
     * @param services what feature services stand for by then; empty where nothing is applied or it is refused
     */
    record Planned(Applied applied, List<FeatureServiceFeatures> services, List<String> changedViews) {}

    Planned plan(DefinitionFolder folder) {
        if (isNothing(folder)) {
            return new Planned(Applied.nothing(), List.of(), List.of());
        }
        var services = new ArrayList<FeatureServiceFeatures>();
        var views = new ArrayList<String>();
        Applied applied = Applier.attempt("feature definitions", () -> {
            ApplyFeatureViewsResponse answer = call(folder, true);
            services.addAll(answer.getFeatureServicesList());
            answer.getOutcomesList().stream()
                    .filter(outcome -> outcome.getKind().endsWith("FeatureView"))
                    .filter(outcome -> outcome.getChange() == DefinitionOutcome.Change.CHANGE_CREATED)
                    .map(DefinitionOutcome::getName)
                    .forEach(views::add);
            var plan = new FeaturePlan(answer, readers(answer, folder));
            return Applier.outcomes("feature view", answer.getOutcomesList())
                    .and(Applied.noted(plan.notes()))
                    .and(Applied.refused(plan.obstacles(mode.force(), folder.placesOfFeatures())));
        });
        return new Planned(applied, services, views);
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
     * @throws StatusRuntimeException where a service does not answer; it is asked only where something goes or a feature service changes
     */
    private List<String> readers(ApplyFeatureViewsResponse answer, DefinitionFolder folder) {
        Set<String> retired = answer.getOutcomesList().stream()
                .filter(outcome -> outcome.getChange() == DefinitionOutcome.Change.CHANGE_RETIRED)
                .filter(outcome -> outcome.getKind().endsWith("FeatureView"))
                .map(DefinitionOutcome::getName)
                .collect(Collectors.toSet());
        boolean servicesChange = answer.getOutcomesList().stream()
                .anyMatch(outcome -> outcome.getKind().equals("FeatureService")
                        && outcome.getChange() != DefinitionOutcome.Change.CHANGE_UNCHANGED);
        if (retired.isEmpty() && !servicesChange) {
            return List.of();
        }
        Map<String, String> others = new LinkedHashMap<>();
        InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .listPipelines(ListPipelinesRequest.getDefaultInstance())
                .getPipelinesList()
                .forEach(pipeline -> others.put(pipeline.getName(), pipeline.getDefinitionYaml()));
        Map<String, String> own = FeaturePlan.pipelines(folder.pipelines());
        others.keySet().removeAll(own.keySet());
        var readers = new PipelineReaders(retired, defaults(), this::service, answer.getFeatureServicesList());
        return Stream.concat(readers.among(others, true).stream(), readers.among(own, false).stream())
                .toList();
    }

    /** The versions of views that their name means when it stands without one. */
    private Set<String> defaults() {
        return definitions().listDefinitions(ListDefinitionsRequest.getDefaultInstance()).getDefinitionsList().stream()
                .filter(definition ->
                        definition.getIsDefault() && definition.getKind().endsWith("FeatureView"))
                .map(definition -> definition.getName() + "@" + definition.getVersion())
                .collect(Collectors.toSet());
    }

    /** What a feature service stands for now; empty where there is none. */
    private Optional<FeatureServiceFeatures> service(String name) {
        try {
            return Optional.of(definitions()
                    .getFeatureService(
                            GetFeatureServiceRequest.newBuilder().setName(name).build())
                    .getFeatureService());
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private DefinitionServiceGrpc.DefinitionServiceBlockingStub definitions() {
        return DefinitionServiceGrpc.newBlockingStub(channels.to(Service.FEATURES))
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }
}
