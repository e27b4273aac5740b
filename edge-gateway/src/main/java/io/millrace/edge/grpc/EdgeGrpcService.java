package io.millrace.edge.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.edge.app.Cycle;
import io.millrace.edge.app.EdgeReason;
import io.millrace.edge.app.Ingest;
import io.millrace.edge.app.NodeBook;
import io.millrace.edge.app.NodeRegistry;
import io.millrace.edge.app.PageToken;
import io.millrace.edge.app.Push;
import io.millrace.edge.domain.NodeDraft;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.proto.edge.v1.GetAggregateRequest;
import io.millrace.proto.edge.v1.GetAggregateResponse;
import io.millrace.proto.edge.v1.ListNodesRequest;
import io.millrace.proto.edge.v1.ListNodesResponse;
import io.millrace.proto.edge.v1.MutinyEdgeServiceGrpc;
import io.millrace.proto.edge.v1.PushSummaryRequest;
import io.millrace.proto.edge.v1.PushSummaryResponse;
import io.millrace.proto.edge.v1.RegisterNodesRequest;
import io.millrace.proto.edge.v1.RegisterNodesResponse;
import io.millrace.proto.edge.v1.RemoveNodeRequest;
import io.millrace.proto.edge.v1.RemoveNodeResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** {@code millrace.edge.v1.EdgeService}. */
@GrpcService
public class EdgeGrpcService extends MutinyEdgeServiceGrpc.EdgeServiceImplBase {
    private static final int DEFAULT_PAGE = 100;

    private final GrpcWork work;
    private final NodeRegistry registry;
    private final NodeBook book;
    private final Ingest ingest;
    private final Cycle cycle;

    public EdgeGrpcService(GrpcWork work, NodeRegistry registry, NodeBook book, Ingest ingest, Cycle cycle) {
        this.work = work;
        this.registry = registry;
        this.book = book;
        this.ingest = ingest;
        this.cycle = cycle;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<RegisterNodesResponse> registerNodes(RegisterNodesRequest request) {
        return work.run(() -> {
            List<NodeDraft> drafts =
                    request.getNodesList().stream().map(EdgeMessages::draft).toList();
            List<NodeRegistry.NodePlan> plans = request.getDryRun() ? registry.plan(drafts) : List.of();
            NodeRegistry.Registered registered =
                    request.getDryRun() ? NodeRegistry.Registered.of(plans) : registry.register(drafts);
            return RegisterNodesResponse.newBuilder()
                    .addAllOutcomes(plans.stream().map(EdgeMessages::outcome).toList())
                    .setCreated(registered.created())
                    .setUpdated(registered.updated())
                    .setUnchanged(registered.unchanged())
                    .build();
        });
    }

    @Override
    public Uni<RemoveNodeResponse> removeNode(RemoveNodeRequest request) {
        return work.run(() -> {
            registry.remove(request.getId());
            return RemoveNodeResponse.getDefaultInstance();
        });
    }

    @Override
    public Uni<ListNodesResponse> listNodes(ListNodesRequest request) {
        return work.run(() -> {
            int size = PageToken.size(request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize());
            NodeBook.Page page = book.page(request.getDomain(), size, PageToken.after(request.getPageToken()));
            var response = ListNodesResponse.newBuilder();
            page.nodes().forEach(node -> response.addNodes(EdgeMessages.state(node)));
            page.nextAfter().map(PageToken::of).ifPresent(response::setNextPageToken);
            return response.build();
        });
    }

    @Override
    public Uni<PushSummaryResponse> pushSummary(PushSummaryRequest request) {
        return work.run(() -> {
            Push.Outcome outcome = ingest.push(request.getNodeId(), () -> EdgeMessages.push(request));
            return PushSummaryResponse.newBuilder()
                    .setDuplicate(outcome == Push.Outcome.DUPLICATE)
                    .setLate(outcome == Push.Outcome.LATE)
                    .build();
        });
    }

    @Override
    public Uni<GetAggregateResponse> getAggregate(GetAggregateRequest request) {
        return work.run(() -> cycle.latest()
                .map(EdgeMessages::aggregate)
                .orElseThrow(() -> new Refusal(EdgeReason.NO_AGGREGATE, "no cycle has ended yet")));
    }
}
