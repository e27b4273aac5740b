package io.millrace.features.grpc;

import io.millrace.definitions.DefinitionFile;
import io.millrace.features.app.Backfill;
import io.millrace.features.app.DefinitionPlan;
import io.millrace.features.app.Definitions;
import io.millrace.features.app.ServiceFeatures;
import io.millrace.proto.features.v1.ApplyFeatureViewsRequest;
import io.millrace.proto.features.v1.ApplyFeatureViewsResponse;
import io.millrace.proto.features.v1.BrokenDefinition;
import io.millrace.proto.features.v1.DefinitionBackfill;
import io.millrace.proto.features.v1.DefinitionOutcome;
import io.millrace.proto.features.v1.DefinitionSummary;
import io.millrace.proto.features.v1.FeatureServiceFeatures;
import io.millrace.proto.features.v1.ListDefinitionsResponse;
import java.util.List;

/** Definitions in protobuf. */
final class ProtoDefinitions {
    private ProtoDefinitions() {}

    static List<DefinitionFile> files(ApplyFeatureViewsRequest request) {
        return request.getFilesList().stream()
                .map(file -> new DefinitionFile(file.getPath(), file.getContent()))
                .toList();
    }

    static Definitions.Mode mode(ApplyFeatureViewsRequest request) {
        return new Definitions.Mode(request.getDryRun(), request.getProject(), request.getPrune(), request.getForce());
    }

    static ApplyFeatureViewsResponse plan(DefinitionPlan plan) {
        var response = ApplyFeatureViewsResponse.newBuilder();
        plan.outcomes()
                .forEach(outcome -> response.addOutcomes(DefinitionOutcome.newBuilder()
                        .setName(outcome.key().id().toString())
                        .setKind(outcome.key().kind().word())
                        .addAllFields(outcome.fields())
                        .setChange(change(outcome.change()))));
        plan.broken()
                .forEach(broken -> response.addBroken(BrokenDefinition.newBuilder()
                        .setReader(broken.reader().toString())
                        .setMessage(broken.message())));
        plan.backfills().forEach(backfill -> response.addBackfills(backfill(backfill)));
        plan.services().forEach(service -> response.addFeatureServices(service(service)));
        return response.build();
    }

    static FeatureServiceFeatures service(ServiceFeatures service) {
        var proto = FeatureServiceFeatures.newBuilder()
                .setFeatureService(service.id().toString())
                .setIsDefault(service.isDefault())
                .addAllJoinKeys(service.joinKeys())
                .addAllRequestData(service.requestData());
        service.features()
                .forEach(feature -> proto.addFeatures(FeatureServiceFeatures.Feature.newBuilder()
                        .setReference(feature.reference())
                        .setType(feature.type().word())));
        return proto.build();
    }

    private static DefinitionOutcome.Change change(DefinitionPlan.Change change) {
        return switch (change) {
            case CREATED -> DefinitionOutcome.Change.CHANGE_CREATED;
            case UNCHANGED -> DefinitionOutcome.Change.CHANGE_UNCHANGED;
            case UPDATED -> DefinitionOutcome.Change.CHANGE_UPDATED;
            case NEEDS_NEW_VERSION -> DefinitionOutcome.Change.CHANGE_NEEDS_NEW_VERSION;
            case ORPHANED -> DefinitionOutcome.Change.CHANGE_ORPHANED;
            case RETIRED -> DefinitionOutcome.Change.CHANGE_RETIRED;
        };
    }

    private static DefinitionBackfill backfill(Backfill backfill) {
        var proto = DefinitionBackfill.newBuilder()
                .setViewVersion(backfill.view().toString())
                .setSource(backfill.source())
                .setNote(backfill.note());
        backfill.ranges()
                .forEach(range -> proto.addRanges(DefinitionBackfill.Range.newBuilder()
                        .setPartition(range.partition())
                        .setFromOffset(range.from())
                        .setToOffset(range.to())));
        backfill.records().ifPresent(proto::setRecords);
        return proto.build();
    }

    static ListDefinitionsResponse list(List<Definitions.Listed> definitions) {
        var response = ListDefinitionsResponse.newBuilder();
        definitions.forEach(listed -> response.addDefinitions(DefinitionSummary.newBuilder()
                .setKind(listed.key().kind().word())
                .setName(listed.key().id().name())
                .setVersion(listed.key().id().version())
                .setIsDefault(listed.isDefault())
                .setIsActive(listed.isActive())
                .setProject(listed.project())
                .setDefinitionYaml(listed.yaml())));
        return response.build();
    }
}
