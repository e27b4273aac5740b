package io.millrace.edge.grpc;

import io.millrace.edge.app.Cycle;
import io.millrace.edge.app.EdgeReason;
import io.millrace.edge.app.Ingest;
import io.millrace.edge.app.NodeBook;
import io.millrace.edge.app.NodeRegistry;
import io.millrace.edge.app.PageToken;
import io.millrace.edge.app.Push;
import io.millrace.gate.Refusal;
import io.millrace.proto.edge.v1.EdgeService;
import io.millrace.proto.edge.v1.GetAggregateRequest;
import io.millrace.proto.edge.v1.GetAggregateResponse;
import io.millrace.proto.edge.v1.ListNodesRequest;
import io.millrace.proto.edge.v1.ListNodesResponse;
import io.millrace.proto.edge.v1.PushSummaryRequest;
import io.millrace.proto.edge.v1.PushSummaryResponse;
import io.millrace.proto.edge.v1.RegisterNodesRequest;
import io.millrace.proto.edge.v1.RegisterNodesResponse;
import io.millrace.proto.edge.v1.RemoveNodeRequest;
import io.millrace.proto.edge.v1.RemoveNodeResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;

/** {@code millrace.edge.v1.EdgeService}. */
@GrpcService
@RunOnVirtualThread
public class EdgeGrpcService implements EdgeService {
    private static final int DEFAULT_PAGE = 100;

    private final NodeRegistry registry;
    private final NodeBook book;
    private final Ingest ingest;
    private final Cycle cycle;

    public EdgeGrpcService(NodeRegistry registry, NodeBook book, Ingest ingest, Cycle cycle) {
        this.registry = registry;
        this.book = book;
        this.ingest = ingest;
        this.cycle = cycle;
    }

    @Override
    public Uni<RegisterNodesResponse> registerNodes(RegisterNodesRequest request) {
        NodeRegistry.Registered registered = registry.register(
                request.getNodesList().stream().map(EdgeMessages::draft).toList());
        return Uni.createFrom()
                .item(RegisterNodesResponse.newBuilder()
                        .setCreated(registered.created())
                        .setUpdated(registered.updated())
                        .setUnchanged(registered.unchanged())
                        .build());
    }

    @Override
    public Uni<RemoveNodeResponse> removeNode(RemoveNodeRequest request) {
        registry.remove(request.getId());
        return Uni.createFrom().item(RemoveNodeResponse.getDefaultInstance());
    }

    @Override
    public Uni<ListNodesResponse> listNodes(ListNodesRequest request) {
        int size = PageToken.size(request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize());
        NodeBook.Page page = book.page(request.getDomain(), size, PageToken.after(request.getPageToken()));
        var response = ListNodesResponse.newBuilder();
        page.nodes().forEach(node -> response.addNodes(EdgeMessages.state(node)));
        page.nextAfter().map(PageToken::of).ifPresent(response::setNextPageToken);
        return Uni.createFrom().item(response.build());
    }

    @Override
    public Uni<PushSummaryResponse> pushSummary(PushSummaryRequest request) {
        Push.Outcome outcome = ingest.push(request.getNodeId(), () -> EdgeMessages.push(request));
        return Uni.createFrom()
                .item(PushSummaryResponse.newBuilder()
                        .setDuplicate(outcome == Push.Outcome.DUPLICATE)
                        .setLate(outcome == Push.Outcome.LATE)
                        .build());
    }

    @Override
    public Uni<GetAggregateResponse> getAggregate(GetAggregateRequest request) {
        return Uni.createFrom()
                .item(cycle.latest()
                        .map(EdgeMessages::aggregate)
                        .orElseThrow(() -> new Refusal(EdgeReason.NO_AGGREGATE, "no cycle has ended yet")));
    }
}
