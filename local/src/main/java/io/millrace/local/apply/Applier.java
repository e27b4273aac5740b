package io.millrace.local.apply;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.millrace.local.apply.Applied.Change;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.platform.Service;
import io.millrace.proto.edge.v1.EdgeServiceGrpc;
import io.millrace.proto.edge.v1.Node;
import io.millrace.proto.edge.v1.RegisterNodesRequest;
import io.millrace.proto.edge.v1.RegisterNodesResponse;
import io.millrace.proto.features.v1.DefinitionFile;
import io.millrace.proto.features.v1.DefinitionOutcome;
import io.millrace.proto.inference.v1.ApplyPipelinesRequest;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.registry.v1.RegisterDataProductRequest;
import io.millrace.proto.registry.v1.RegisterDataProductResponse;
import io.millrace.proto.registry.v1.RegistryServiceGrpc;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/** Brings a folder of definitions to the services that own them. Applying the same folder again changes nothing. */
public final class Applier {
    private static final long DEADLINE_SECONDS = 60;

    private final Channels channels;
    private final PortPlan ports;
    private final Mode mode;

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
        this.ports = ports;
        this.mode = mode;
    }

    /** What {@link #applyAll} would do. Contracts and edge nodes can only be compared by the services when they are applied: they are counted. */
    public Applied plan(DefinitionFolder folder) {
        Applied planned = planTopics(folder).and(planFeatures(folder)).and(pipelines(folder, true));
        if (!folder.contracts().isEmpty()) {
            planned = planned.and(Applied.noted(
                    List.of("contracts  " + folder.contracts().size() + " are compared when they are applied")));
        }
        if (!folder.edgeNodes().isEmpty()) {
            planned = planned.and(Applied.noted(
                    List.of("edge nodes " + folder.edgeNodes().size() + " are compared when they are applied")));
        }
        return planned;
    }

    /**
     * Applies everything, source topics first and pipelines after what they read. What the services can check is checked before anything is applied; where
     * one refuses all the same (a contract, or a definition that somebody else changed meanwhile), what was applied stands among the outcomes and what builds
     * on it is left out.
     */
    public Applied applyAll(DefinitionFolder folder) {
        Applied check = planFeatures(folder).and(pipelines(folder, true));
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
        Applied applied = applyTopics(folder).and(applyContracts(folder));
        if (applied.faults().isEmpty()) {
            applied = applied.and(applyFeatureViews(folder));
        }
        return applied.faults().isEmpty() ? applied.and(applyEdgeNodes(folder)) : applied;
    }

    public Applied applyPipelines(DefinitionFolder folder) {
        return pipelines(folder, false);
    }

    private Applied pipelines(DefinitionFolder folder, boolean dryRun) {
        if (folder.pipelines().isEmpty()) {
            return Applied.nothing();
        }
        var request = ApplyPipelinesRequest.newBuilder().setDryRun(dryRun);
        folder.pipelines().forEach(file -> request.addFiles(file(file)));
        return attempt(
                "",
                () -> outcomes(
                        "pipeline",
                        InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                                .applyPipelines(request.build())
                                .getOutcomesList()));
    }

    private Applied applyTopics(DefinitionFolder folder) {
        if (folder.topics().isEmpty()) {
            return Applied.nothing();
        }
        Applied applied = Applied.nothing();
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, ports.bootstrapServers()))) {
            for (Topics.Topic topic : folder.topics()) {
                applied = applied.and(Applied.one("topic", topic.name(), make(admin, topic)));
            }
        }
        return applied;
    }

    private static Change make(Admin admin, Topics.Topic topic) {
        try {
            admin.createTopics(List.of(new NewTopic(topic.name(), topic.partitions(), (short) 1)))
                    .all()
                    .get();
            return Change.CREATED;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return Change.UNCHANGED;
            }
            throw CommandFailure.failed("Kafka does not make topic " + topic.name() + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted");
        }
    }

    private Applied applyContracts(DefinitionFolder folder) {
        Applied applied = Applied.nothing();
        for (io.millrace.definitions.DefinitionFile contract : folder.contracts()) {
            var request = RegisterDataProductRequest.newBuilder()
                    .setPath(contract.path())
                    .setContent(contract.content())
                    .build();
            applied = applied.and(attempt(contract.path(), () -> {
                RegisterDataProductResponse answer = RegistryServiceGrpc.newBlockingStub(channels.to(Service.REGISTRY))
                        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                        .registerDataProduct(request);
                var product = answer.getDataProduct();
                return Applied.one(
                        "contract",
                        product.getDomain() + "/" + product.getName() + " revision " + product.getRevision(),
                        answer.getCreated() ? Change.CREATED : Change.UNCHANGED);
            }));
        }
        return applied;
    }

    private Applied applyFeatureViews(DefinitionFolder folder) {
        return new FeatureDefinitions(channels, mode).apply(folder);
    }

    private Applied planFeatures(DefinitionFolder folder) {
        return new FeatureDefinitions(channels, mode).plan(folder);
    }

    private Applied planTopics(DefinitionFolder folder) {
        if (folder.topics().isEmpty()) {
            return Applied.nothing();
        }
        Applied planned = Applied.nothing();
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, ports.bootstrapServers()))) {
            Set<String> there = admin.listTopics().names().get();
            for (Topics.Topic topic : folder.topics()) {
                planned = planned.and(Applied.one(
                        "topic", topic.name(), there.contains(topic.name()) ? Change.UNCHANGED : Change.CREATED));
            }
            return planned;
        } catch (ExecutionException e) {
            throw CommandFailure.failed("Kafka does not say which topics there are: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted");
        }
    }

    private Applied applyEdgeNodes(DefinitionFolder folder) {
        if (folder.edgeNodes().isEmpty()) {
            return Applied.nothing();
        }
        var request = RegisterNodesRequest.newBuilder();
        for (EdgeNodes.Node node : folder.edgeNodes()) {
            request.addNodes(Node.newBuilder()
                    .setId(node.id())
                    .setUrl(node.url().map(this::moved).orElse(""))
                    .setDomain(node.domain())
                    .setIntervalSeconds((int) node.interval().toSeconds()));
        }
        return attempt("edge nodes", () -> {
            RegisterNodesResponse answer = EdgeServiceGrpc.newBlockingStub(channels.to(Service.EDGE))
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .registerNodes(request.build());
            return Applied.one(
                    "edge nodes",
                    answer.getCreated() + " new, " + answer.getUpdated() + " changed, " + answer.getUnchanged()
                            + " as they were",
                    answer.getCreated() > 0
                            ? Change.CREATED
                            : answer.getUpdated() > 0 ? Change.UPDATED : Change.UNCHANGED);
        });
    }

    /** A node of the example answers on a port of the platform's range, which moves with {@code --port-base}. */
    private String moved(URI url) {
        return url.getPort() < 0
                ? url.toString()
                : url.toString().replace(":" + url.getPort(), ":" + ports.moved(url.getPort()));
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
