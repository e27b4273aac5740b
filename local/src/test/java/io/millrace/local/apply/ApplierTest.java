package io.millrace.local.apply;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.millrace.local.apply.Applied.Change;
import io.millrace.local.apply.Applied.Outcome;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.PortPlan;
import io.millrace.proto.edge.v1.EdgeServiceGrpc.EdgeServiceImplBase;
import io.millrace.proto.edge.v1.RegisterNodesRequest;
import io.millrace.proto.edge.v1.RegisterNodesResponse;
import io.millrace.proto.features.v1.ApplyFeatureViewsRequest;
import io.millrace.proto.features.v1.ApplyFeatureViewsResponse;
import io.millrace.proto.features.v1.DefinitionOutcome;
import io.millrace.proto.features.v1.FeatureServiceFeatures;
import io.millrace.proto.features.v1.FeatureServiceGrpc.FeatureServiceImplBase;
import io.millrace.proto.inference.v1.ApplyPipelinesRequest;
import io.millrace.proto.inference.v1.ApplyPipelinesResponse;
import io.millrace.proto.inference.v1.InferenceServiceGrpc.InferenceServiceImplBase;
import io.millrace.proto.registry.v1.DataProduct;
import io.millrace.proto.registry.v1.RegisterDataProductRequest;
import io.millrace.proto.registry.v1.RegisterDataProductResponse;
import io.millrace.proto.registry.v1.RegistryServiceGrpc.RegistryServiceImplBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplierTest {
    @TempDir
    Path folder;

    private final List<ApplyPipelinesRequest> pipelines = new CopyOnWriteArrayList<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private boolean refuseViews;
    private boolean refuseNodes;
    private Server server;
    private Channels channels;

    @BeforeEach
    void start() throws IOException {
        var builder = NettyServerBuilder.forPort(0);
        for (BindableService service : List.of(new Registry(), new Features(), new Inference(), new Edge())) {
            builder.addService(service);
        }
        server = builder.build().start();
        channels = new Channels(service -> server.getPort());
        write("contracts/b.yaml", "name: b");
        write("contracts/a.yaml", "name: a");
        write("feature-views/v.yaml", "kind: FeatureView");
        write("pipelines/p.yaml", "kind: Pipeline");
        write(
                "edge-nodes.yaml",
                "kind: EdgeNodes\nnodes:\n  - {id: n, url: \"http://127.0.0.1:7161\", domain: d, interval: 5s}\n");
    }

    @AfterEach
    void stop() {
        channels.close();
        server.shutdownNow();
    }

    @Test
    void definitionsReachTheirServicesInTheOrderInWhichTheyBuildOnEachOther() {
        Applied applied = applier().applyAll(DefinitionFolder.read(folder));
        assertThat(calls)
                .containsExactly(
                        "plan contract name: a",
                        "plan contract name: b",
                        "plan views 1",
                        "plan node http://127.0.0.1:20061",
                        "plan pipelines 1",
                        "contract name: a",
                        "contract name: b",
                        "views 1",
                        "node http://127.0.0.1:20061",
                        "pipelines 1");
        assertThat(applied.faults()).isEmpty();
        assertThat(applied.outcomes())
                .contains(
                        new Outcome("contract", "d/x revision 3", Change.UPDATED),
                        new Outcome("feature view", "v@v1", Change.UPDATED),
                        new Outcome("pipeline", "p", Change.UNCHANGED));
    }

    @Test
    void everyFaultOfARefusalIsNamedAndPipelinesAreLeftOut() {
        refuseViews = true;
        Applied applied = applier().applyAll(DefinitionFolder.read(folder));
        assertThat(applied.faults())
                .contains("v.yaml:3: 'name' is missing", "v.yaml:9: unknown key 'ttk'")
                .last()
                .asString()
                .contains("nothing was applied");
        assertThat(calls).hasSize(5).allMatch(call -> call.startsWith("plan "));
    }

    @Test
    void aPlanSaysForEveryKindWhatWouldBeDone() {
        Applied planned = applier().plan(DefinitionFolder.read(folder));
        assertThat(calls).hasSize(5).allMatch(call -> call.startsWith("plan "));
        assertThat(planned.faults()).isEmpty();
        assertThat(planned.outcomes())
                .containsExactly(
                        new Outcome("contract", "d/x revision 3", Change.UPDATED, "schema.x.a.logicalType"),
                        new Outcome("contract", "d/x revision 3", Change.UPDATED, "schema.x.a.logicalType"),
                        new Outcome("feature view", "v@v1", Change.UPDATED),
                        new Outcome("EdgeNode", "n", Change.UPDATED, "url"),
                        new Outcome("edge nodes", "2 as they are", Change.UNCHANGED),
                        new Outcome("pipeline", "p", Change.UNCHANGED));
    }

    @Test
    void faultsOfTheFolderAndOfEveryServiceComeAtOnceWithFileAndLine() throws IOException {
        refuseViews = true;
        refuseNodes = true;
        write("topics.yaml", "kind: Topics\ntopics:\n  - {name: a, partitions: 0}\n");
        Applied applied = applier().applyAll(DefinitionFolder.readWithFaults(folder));
        assertThat(applied.faults())
                .anySatisfy(fault -> assertThat(fault).contains("topics.yaml:3: ", "1 to 1000"))
                .contains("v.yaml:3: 'name' is missing")
                .anySatisfy(fault -> assertThat(fault)
                        .contains("edge-nodes.yaml:3: ")
                        .endsWith("'url' of n: leads to a link-local address"))
                .last()
                .asString()
                .contains("nothing was applied");
        assertThat(calls).allMatch(call -> call.startsWith("plan "));
    }

    @Test
    void pipelinesArePlannedWithTheFeatureServicesThatAreToBeAndAppliedWithThoseThatAre() {
        applier().applyAll(DefinitionFolder.read(folder));
        assertThat(pipelines.getFirst().getPlannedServicesList())
                .extracting(FeatureServiceFeatures::getFeatureService)
                .containsExactly("planned@v1");
        assertThat(pipelines.getLast().getDryRun()).isFalse();
        assertThat(pipelines.getLast().getPlannedServicesList()).isEmpty();
    }

    @Test
    void aServiceThatDoesNotAnswerIsAFaultToo() {
        server.shutdownNow();
        assertThat(applier().applyPipelines(DefinitionFolder.read(folder)).faults())
                .singleElement()
                .asString()
                .contains("UNAVAILABLE");
    }

    private Applier applier() {
        return new Applier(channels, new PortPlan(20_000));
    }

    private void write(String path, String content) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private static <T> void answer(StreamObserver<T> observer, T answer) {
        observer.onNext(answer);
        observer.onCompleted();
    }

    private static BadRequest.FieldViolation violation(String field, String description) {
        return BadRequest.FieldViolation.newBuilder()
                .setField(field)
                .setDescription(description)
                .build();
    }

    private static StatusRuntimeException refusal(BadRequest.FieldViolation... violations) {
        return StatusProto.toStatusRuntimeException(Status.newBuilder()
                .setCode(Code.INVALID_ARGUMENT_VALUE)
                .setMessage("faults")
                .addDetails(Any.pack(BadRequest.newBuilder()
                        .addAllFieldViolations(List.of(violations))
                        .build()))
                .build());
    }

    private final class Registry extends RegistryServiceImplBase {
        @Override
        public void registerDataProduct(
                RegisterDataProductRequest request, StreamObserver<RegisterDataProductResponse> observer) {
            calls.add((request.getDryRun() ? "plan contract " : "contract ") + request.getContent());
            var product = DataProduct.newBuilder().setDomain("d").setName("x").setRevision(3);
            answer(
                    observer,
                    RegisterDataProductResponse.newBuilder()
                            .setDataProduct(product)
                            .setCreated(true)
                            .addAllFields(request.getDryRun() ? List.of("schema.x.a.logicalType") : List.of())
                            .build());
        }
    }

    private final class Features extends FeatureServiceImplBase {
        @Override
        public void applyFeatureViews(
                ApplyFeatureViewsRequest request, StreamObserver<ApplyFeatureViewsResponse> observer) {
            calls.add((request.getDryRun() ? "plan views " : "views ") + request.getFilesCount());
            if (refuseViews) {
                observer.onError(refusal(
                        violation("v.yaml:3", "'name' is missing"), violation("v.yaml:9", "unknown key 'ttk'")));
                return;
            }
            answer(
                    observer,
                    ApplyFeatureViewsResponse.newBuilder()
                            .addOutcomes(DefinitionOutcome.newBuilder()
                                    .setName("v@v1")
                                    .setChange(DefinitionOutcome.Change.CHANGE_UPDATED))
                            .addFeatureServices(
                                    FeatureServiceFeatures.newBuilder().setFeatureService("planned@v1"))
                            .build());
        }
    }

    private final class Inference extends InferenceServiceImplBase {
        @Override
        public void applyPipelines(ApplyPipelinesRequest request, StreamObserver<ApplyPipelinesResponse> observer) {
            pipelines.add(request);
            calls.add((request.getDryRun() ? "plan pipelines " : "pipelines ") + request.getFilesCount());
            answer(
                    observer,
                    ApplyPipelinesResponse.newBuilder()
                            .addOutcomes(DefinitionOutcome.newBuilder()
                                    .setName("p")
                                    .setChange(DefinitionOutcome.Change.CHANGE_UNCHANGED))
                            .build());
        }
    }

    private final class Edge extends EdgeServiceImplBase {
        @Override
        public void registerNodes(RegisterNodesRequest request, StreamObserver<RegisterNodesResponse> observer) {
            String what = request.getDryRun() ? "plan node " : "node ";
            request.getNodesList().forEach(node -> calls.add(what + node.getUrl()));
            if (refuseNodes) {
                observer.onError(refusal(violation("nodes[0].url", "leads to a link-local address")));
                return;
            }
            var response = RegisterNodesResponse.newBuilder();
            if (request.getDryRun()) {
                response.setUpdated(1)
                        .setUnchanged(2)
                        .addOutcomes(DefinitionOutcome.newBuilder()
                                .setKind("EdgeNode")
                                .setName("n")
                                .addFields("url")
                                .setChange(DefinitionOutcome.Change.CHANGE_UPDATED))
                        .addOutcomes(DefinitionOutcome.newBuilder()
                                .setName("m")
                                .setChange(DefinitionOutcome.Change.CHANGE_UNCHANGED));
            } else {
                response.setCreated(1);
            }
            answer(observer, response.build());
        }
    }
}
