package io.millrace.local.apply;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.millrace.local.apply.Applied.Change;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.platform.Service;
import io.millrace.proto.features.v1.DefinitionFile;
import io.millrace.proto.features.v1.DefinitionOutcome;
import io.millrace.proto.inference.v1.ApplyPipelinesRequest;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Brings a folder of definitions to the services that own them. Applying the same folder again changes nothing. */
public final class Applier {
    private static final long DEADLINE_SECONDS = 60;

    private final Channels channels;
    private final TopicDefinitions topics;
    private final ContractDefinitions contracts;
    private final FeatureDefinitions features;
    private final EdgeNodeDefinitions nodes;

    /**
     * How feature definitions are applied.
     *
     * @param prune retire those that the project has and the folder does not
     * @param force also where something reads what goes
     */
    public record Mode(boolean prune, boolean force) {}

    public Applier(Channels channels, PortPlan ports) {
        this(channels, ports, new Mode(false, false));
    }

    public Applier(Channels channels, PortPlan ports, Mode mode) {
        this.channels = channels;
        this.topics = new TopicDefinitions(ports.bootstrapServers());
        this.contracts = new ContractDefinitions(channels);
        this.features = new FeatureDefinitions(channels, mode);
        this.nodes = new EdgeNodeDefinitions(channels, ports);
    }

    /** What {@link #applyAll} would do with definitions of every kind, and every fault. */
    public Applied plan(DefinitionFolder folder) {
        return topics.plan(folder).and(planDefinitions(folder));
    }

    private Applied planDefinitions(DefinitionFolder folder) {
        Applied before = Applied.refused(
                        folder.faults().stream().map(Object::toString).toList())
                .and(contracts.plan(folder));
        FeatureDefinitions.Planned planned = features.plan(folder);
        var request = ApplyPipelinesRequest.newBuilder().setDryRun(true).addAllPlannedServices(planned.services());
        return before.and(planned.applied()).and(nodes.plan(folder)).and(pipelines(folder, request));
    }

    /**
     * Applies everything, source topics first and pipelines after what they read. What the services can check is checked before anything is applied; where
     * one refuses all the same (because somebody else changed something meanwhile), what was applied stands among the outcomes and what builds
     * on it is left out.
     */
    public Applied applyAll(DefinitionFolder folder) {
        Applied check = planDefinitions(folder);
        if (!check.faults().isEmpty()) {
            return Applied.refused(check.faults()).and(Applied.refused(List.of("nothing was applied")));
        }
        Applied inputs = applyInputs(folder);
        if (!inputs.faults().isEmpty()) {
            return inputs.and(Applied.refused(List.of("what comes behind it was not applied")));
        }
        return inputs.and(applyPipelines(folder));
    }

    /** All but the pipelines; ends behind the first part that is refused. */
    public Applied applyInputs(DefinitionFolder folder) {
        Applied applied = topics.apply(folder).and(contracts.apply(folder));
        if (applied.faults().isEmpty()) {
            applied = applied.and(features.apply(folder));
        }
        return applied.faults().isEmpty() ? applied.and(nodes.apply(folder)) : applied;
    }

    /** Pipelines, and the deployments and ensembles beside them: all or none. */
    public Applied applyPipelines(DefinitionFolder folder) {
        return pipelines(folder, ApplyPipelinesRequest.newBuilder());
    }

    private Applied pipelines(DefinitionFolder folder, ApplyPipelinesRequest.Builder request) {
        if (folder.pipelines().isEmpty() && folder.routes().isEmpty()) {
            return Applied.nothing();
        }
        folder.routes().forEach(file -> request.addFiles(file(file)));
        folder.pipelines().forEach(file -> request.addFiles(file(file)));
        folder.schemasOfPipelines().forEach(file -> request.addFiles(file(file)));
        return attempt(
                "",
                () -> outcomes(
                        "pipeline",
                        InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                                .applyPipelines(request.build())
                                .getOutcomesList()));
    }

    static DefinitionFile file(io.millrace.definitions.DefinitionFile file) {
        return DefinitionFile.newBuilder()
                .setPath(file.path())
                .setContent(file.content())
                .build();
    }

    static Applied outcomes(String kind, List<DefinitionOutcome> outcomes) {
        Applied applied = Applied.nothing();
        for (DefinitionOutcome outcome : outcomes) {
            applied = applied.and(Applied.one(new Applied.Outcome(
                    outcome.getKind().isEmpty() ? kind : outcome.getKind(),
                    outcome.getName(),
                    change(outcome.getChange()),
                    String.join(", ", outcome.getFieldsList()))));
        }
        return applied;
    }

    private static Change change(DefinitionOutcome.Change change) {
        return switch (change) {
            case CHANGE_CREATED -> Change.CREATED;
            case CHANGE_UPDATED -> Change.UPDATED;
            case CHANGE_NEEDS_NEW_VERSION -> Change.NEW_VERSION;
            case CHANGE_ORPHANED -> Change.ORPHANED;
            case CHANGE_RETIRED -> Change.RETIRED;
            case CHANGE_UNCHANGED, CHANGE_UNSPECIFIED, UNRECOGNIZED -> Change.UNCHANGED;
        };
    }

    /** Runs a call; what the service refuses becomes faults. */
    static Applied attempt(String what, Supplier<Applied> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            return Applied.refused(faults(what, e));
        }
    }

    /** Every fault of a refusal as {@code file:line: what}, or its message where it names none. */
    static List<String> faults(String what, StatusRuntimeException refusal) {
        var faults = new ArrayList<String>();
        Status status = StatusProto.fromThrowable(refusal);
        for (Any detail : status == null ? List.<Any>of() : status.getDetailsList()) {
            if (detail.is(BadRequest.class)) {
                try {
                    for (BadRequest.FieldViolation violation :
                            detail.unpack(BadRequest.class).getFieldViolationsList()) {
                        faults.add(violation.getField() + ": " + violation.getDescription());
                    }
                } catch (InvalidProtocolBufferException e) {
                    faults.add("the refusal's details cannot be read: " + e.getMessage());
                }
            }
        }
        if (faults.isEmpty()) {
            String description = refusal.getStatus().getDescription();
            faults.add(what + ": " + refusal.getStatus().getCode() + (description == null ? "" : " " + description));
        }
        return faults;
    }
}
