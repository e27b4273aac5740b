package io.millrace.inference.grpc;

import io.millrace.definitions.DefinitionFile;
import io.millrace.inference.app.PipelineAdministration.PipelineSummary;
import io.millrace.inference.app.PipelineAdministration.State;
import io.millrace.inference.app.PipelineKind;
import io.millrace.inference.app.definition.DefinitionApply.Change;
import io.millrace.inference.app.definition.DefinitionApply.Outcome;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ServedFeatures;
import io.millrace.proto.features.v1.DefinitionOutcome;
import io.millrace.proto.features.v1.FeatureServiceFeatures;
import java.util.List;

/** Pipelines as messages. */
final class PipelineMessages {
    private PipelineMessages() {}

    static List<DefinitionFile> files(List<io.millrace.proto.features.v1.DefinitionFile> files) {
        return files.stream()
                .map(file -> new DefinitionFile(file.getPath(), file.getContent()))
                .toList();
    }

    static List<ServedFeatures> services(List<FeatureServiceFeatures> services) {
        return services.stream()
                .map(service -> new ServedFeatures(
                        service.getFeatureService(),
                        service.getIsDefault(),
                        service.getFeaturesList().stream()
                                .map(feature -> new ServedFeatures.Feature(feature.getReference(), feature.getType()))
                                .toList(),
                        service.getJoinKeysList(),
                        service.getRequestDataList()))
                .toList();
    }

    static DefinitionOutcome outcome(Outcome outcome) {
        return DefinitionOutcome.newBuilder()
                .setName(outcome.name())
                .setKind(outcome.kind().equals(PipelineKind.KIND) ? "" : outcome.kind())
                .setChange(change(outcome.change()))
                .addAllFields(outcome.fields())
                .build();
    }

    static io.millrace.proto.inference.v1.PipelineSummary summary(PipelineSummary summary) {
        Pipeline pipeline = summary.pipeline();
        return io.millrace.proto.inference.v1.PipelineSummary.newBuilder()
                .setName(pipeline.name())
                .setState(state(summary.state()))
                .setReason(summary.reason())
                .setInputTopic(pipeline.input().topic())
                .setOutputTopic(pipeline.outputTopic())
                .addAllOutputTopics(pipeline.outputTopics())
                .setModelName(pipeline.model().name())
                .setModelVersion(pipeline.model().version().orElse(""))
                .setLag(summary.lag())
                .setPredictions(summary.predictions())
                .setDeadLettered(summary.deadLettered())
                .setContractViolations(summary.contractViolations())
                .setDefinitionYaml(pipeline.yaml())
                .build();
    }

    private static DefinitionOutcome.Change change(Change change) {
        return switch (change) {
            case CREATED -> DefinitionOutcome.Change.CHANGE_CREATED;
            case UNCHANGED -> DefinitionOutcome.Change.CHANGE_UNCHANGED;
            case UPDATED -> DefinitionOutcome.Change.CHANGE_UPDATED;
        };
    }

    private static io.millrace.proto.inference.v1.PipelineSummary.State state(State state) {
        return switch (state) {
            case RUNNING -> io.millrace.proto.inference.v1.PipelineSummary.State.STATE_RUNNING;
            case PAUSED -> io.millrace.proto.inference.v1.PipelineSummary.State.STATE_PAUSED;
            case STALLED -> io.millrace.proto.inference.v1.PipelineSummary.State.STATE_STALLED;
        };
    }
}
