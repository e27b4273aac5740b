package io.millrace.edge.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.millrace.edge.rest.GatewayProfile;
import io.millrace.proto.edge.v1.EdgeServiceGrpc;
import io.millrace.proto.edge.v1.EdgeServiceGrpc.EdgeServiceBlockingStub;
import io.millrace.proto.edge.v1.GetAggregateRequest;
import io.millrace.proto.edge.v1.ListNodesRequest;
import io.millrace.proto.edge.v1.Node;
import io.millrace.proto.edge.v1.NodeState;
import io.millrace.proto.edge.v1.PushSummaryRequest;
import io.millrace.proto.edge.v1.RegisterNodesRequest;
import io.millrace.proto.edge.v1.RemoveNodeRequest;
import io.millrace.proto.edge.v1.Summary;
import io.millrace.proto.features.v1.DefinitionOutcome;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

@QuarkusTest
@TestProfile(GatewayProfile.class)
class EdgeGrpcTest {
    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int grpcPort;

    private ManagedChannel channel;
    private EdgeServiceBlockingStub edge;

    @BeforeEach
    void connect() {
        channel = Grpc.newChannelBuilder("127.0.0.1:" + grpcPort, InsecureChannelCredentials.create())
                .build();
        edge = EdgeServiceGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
    }

    @Test
    void nodesAreRegisteredPushListedAndRemovedAndRefusalsHaveTheirStatus() {
        var node = Node.newBuilder().setId("grpc-1").setDomain("grpc").setIntervalSeconds(10);
        assertThat(edge.registerNodes(
                                RegisterNodesRequest.newBuilder().addNodes(node).build())
                        .getCreated())
                .isOne();
        var summary = Summary.newBuilder()
                .setRecordCount(5)
                .setQualityScore(1)
                .setLastUpdated("2026-01-01T00:00:00Z")
                .setExtraJson("{\"firmware\":[1,2]}");
        var push = PushSummaryRequest.newBuilder()
                .setNodeId("grpc-1")
                .setSequence(4)
                .setSummary(summary);
        assertThat(edge.pushSummary(push.build()).getDuplicate()).isFalse();
        assertThat(edge.pushSummary(push.build()).getDuplicate()).isTrue();
        assertThat(edge.pushSummary(push.setSequence(2).build()).getLate()).isTrue();
        assertThat(edge.pushSummary(push.setBirth(1).setSequence(1).build()).getDuplicate())
                .isFalse();

        NodeState state = edge.listNodes(
                        ListNodesRequest.newBuilder().setDomain("grpc").build())
                .getNodes(0);
        assertThat(state.getStatus()).isEqualTo(NodeState.Status.STATUS_SUCCESS);
        assertThat(state.getSummary().getExtraJson()).isEqualTo("{\"firmware\":[1,2]}");

        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "INVALID_SUMMARY",
                () -> edge.pushSummary(
                        push.setSummary(summary.setQualityScore(Double.NaN)).build()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "INVALID_SUMMARY",
                () -> edge.pushSummary(
                        push.setSummary(summary.setQualityScore(1).setExtraJson("["))
                                .build()));
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "STALE_SEQUENCE",
                () -> edge.pushSummary(
                        push.setSummary(summary.setExtraJson("")).setBirth(0).build()));
        assertRefused(
                Status.Code.PERMISSION_DENIED,
                "ADDRESS_NOT_ALLOWED",
                () -> edge.registerNodes(RegisterNodesRequest.newBuilder()
                        .addNodes(node.setUrl("http://169.254.169.254/"))
                        .build()));
        edge.removeNode(RemoveNodeRequest.newBuilder().setId("grpc-1").build());
        assertRefused(
                Status.Code.NOT_FOUND,
                "NODE_NOT_FOUND",
                () -> edge.removeNode(
                        RemoveNodeRequest.newBuilder().setId("grpc-1").build()));
    }

    @Test
    void aDryRunSaysWhatWouldBecomeOfEachNodeAndRegistersNothing() {
        var node = Node.newBuilder().setId("grpc-plan").setDomain("plans").setIntervalSeconds(10);
        var request = RegisterNodesRequest.newBuilder().setDryRun(true).addNodes(node);

        assertThat(edge.registerNodes(request.build()).getOutcomes(0).getChange())
                .isEqualTo(DefinitionOutcome.Change.CHANGE_CREATED);
        assertThat(edge.listNodes(
                                ListNodesRequest.newBuilder().setDomain("plans").build())
                        .getNodesList())
                .isEmpty();
        edge.registerNodes(request.clone().setDryRun(false).build());
        assertThat(edge.registerNodes(request.build()).getUnchanged()).isOne();
        var changed = edge.registerNodes(
                request.setNodes(0, node.setIntervalSeconds(20)).build());
        assertThat(changed.getUpdated()).isOne();
        assertThat(changed.getOutcomes(0).getName()).isEqualTo("grpc-plan");
        assertThat(changed.getOutcomes(0).getFieldsList()).containsExactly("interval");
    }

    @Test
    void theLastAggregateHasEveryNode() {
        var node = Node.newBuilder().setId("grpc-aggregate").setDomain("grpc-aggregate");
        edge.registerNodes(RegisterNodesRequest.newBuilder().addNodes(node).build());
        var push = PushSummaryRequest.newBuilder().setNodeId("grpc-aggregate").setSequence(1);
        edge.pushSummary(push.setSummary(Summary.newBuilder()
                        .setRecordCount(5)
                        .setQualityScore(1)
                        .setLastUpdated("2026-01-01T00:00:00Z"))
                .build());

        Awaitility.await().ignoreException(StatusRuntimeException.class).untilAsserted(() -> {
            var aggregate = edge.getAggregate(GetAggregateRequest.getDefaultInstance());
            assertThat(aggregate.getNodeDataList())
                    .hasSize(aggregate.getEdgeNodes())
                    .anyMatch(data -> data.getNode().getId().equals("grpc-aggregate")
                            && data.getStatus() == NodeState.Status.STATUS_SUCCESS);
            assertThat(aggregate.getTotalRecords()).isGreaterThanOrEqualTo(5);
            assertThat(aggregate.hasDataQualityScore()).isTrue();
        });
    }

    private static void assertRefused(Status.Code code, String reason, Executable call) {
        var thrown = catchThrowableOfType(StatusRuntimeException.class, call::execute);
        assertThat(thrown.getStatus().getCode()).isEqualTo(code);
        var status = Objects.requireNonNull(StatusProto.fromThrowable(thrown));
        try {
            assertThat(status.getDetails(0).unpack(ErrorInfo.class).getReason()).isEqualTo(reason);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
