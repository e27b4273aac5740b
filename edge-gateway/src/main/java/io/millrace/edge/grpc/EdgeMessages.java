package io.millrace.edge.grpc;

import io.millrace.edge.app.EdgeReason;
import io.millrace.edge.app.NodeRegistry;
import io.millrace.edge.app.Push;
import io.millrace.edge.app.SummaryJson;
import io.millrace.edge.domain.Aggregate;
import io.millrace.edge.domain.NodeDraft;
import io.millrace.edge.domain.Summary;
import io.millrace.gate.Refusal;
import io.millrace.proto.edge.v1.GetAggregateResponse;
import io.millrace.proto.edge.v1.Node;
import io.millrace.proto.edge.v1.NodeState;
import io.millrace.proto.edge.v1.PushSummaryRequest;
import io.millrace.proto.features.v1.DefinitionOutcome;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** Messages to records of the domain and back. */
final class EdgeMessages {
    private EdgeMessages() {}

    static DefinitionOutcome outcome(NodeRegistry.NodePlan plan) {
        return DefinitionOutcome.newBuilder()
                .setKind("EdgeNode")
                .setName(plan.id())
                .setChange(
                        switch (plan.change()) {
                            case CREATED -> DefinitionOutcome.Change.CHANGE_CREATED;
                            case UPDATED -> DefinitionOutcome.Change.CHANGE_UPDATED;
                            case UNCHANGED -> DefinitionOutcome.Change.CHANGE_UNCHANGED;
                        })
                .addAllFields(plan.fields())
                .build();
    }

    static NodeDraft draft(Node node) {
        return new NodeDraft(
                node.getId(),
                node.getUrl(),
                node.getDomain(),
                node.getIntervalSeconds() == 0
                        ? NodeDraft.DEFAULT_INTERVAL
                        : Duration.ofSeconds(Integer.toUnsignedLong(node.getIntervalSeconds())));
    }

    static Push push(PushSummaryRequest request) {
        var summary = request.getSummary();
        var lastUpdated = SummaryJson.time(summary.getLastUpdated())
                .orElseThrow(() -> invalid("'last_updated' must be an RFC 3339 time with an offset"));
        if (request.getBirth() < 0 || request.getSequence() < 0) {
            throw invalid("'sequence' and 'birth' must be at most 2^63 - 1");
        }
        try {
            return new Push(
                    new Summary(
                            summary.getRecordCount(),
                            summary.getQualityScore(),
                            lastUpdated,
                            SummaryJson.extra(summary.getExtraJson())),
                    request.getBirth(),
                    OptionalLong.of(request.getSequence()),
                    Optional.empty());
        } catch (IllegalArgumentException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
    }

    static NodeState state(io.millrace.edge.domain.NodeState state) {
        var message = NodeState.newBuilder()
                .setNode(Node.newBuilder()
                        .setId(state.node().id())
                        .setUrl(state.node().urlText())
                        .setDomain(state.node().domain())
                        .setIntervalSeconds((int) state.node().interval().toSeconds()))
                .setStatus(
                        switch (state.status()) {
                            case NEVER_SEEN -> NodeState.Status.STATUS_NEVER_SEEN;
                            case SUCCESS -> NodeState.Status.STATUS_SUCCESS;
                            case ERROR -> NodeState.Status.STATUS_ERROR;
                        })
                .setMissed((int) Math.min(state.missed(), Integer.MAX_VALUE));
        state.error()
                .ifPresent(error -> message.setErrorCode(error.code().name()).setErrorMessage(error.message()));
        state.lastSeen().ifPresent(seen -> message.setLastSeen(seen.toString()));
        state.summary().ifPresent(summary -> message.setSummary(summary(summary)));
        return message.build();
    }

    static GetAggregateResponse aggregate(Aggregate aggregate) {
        var message = GetAggregateResponse.newBuilder()
                .setTimestamp(aggregate.timestamp().toString())
                .setEdgeNodes(aggregate.nodes().size())
                .setTotalRecords(aggregate.totalRecords());
        aggregate.quality().ifPresent(message::setDataQualityScore);
        aggregate.weightedQuality().ifPresent(message::setWeightedDataQualityScore);
        aggregate.nodes().forEach(node -> message.addNodeData(state(node)));
        return message.build();
    }

    private static io.millrace.proto.edge.v1.Summary summary(Summary summary) {
        return io.millrace.proto.edge.v1.Summary.newBuilder()
                .setRecordCount(summary.recordCount())
                .setQualityScore(summary.qualityScore())
                .setLastUpdated(summary.lastUpdated().toString())
                .setExtraJson(summary.extraJson().equals("{}") ? "" : summary.extraJson())
                .build();
    }

    private static Refusal invalid(String message) {
        return new Refusal(EdgeReason.INVALID_SUMMARY, message);
    }
}
