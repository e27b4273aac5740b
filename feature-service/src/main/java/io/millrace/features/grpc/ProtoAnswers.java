package io.millrace.features.grpc;

import io.millrace.features.app.Definitions;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.FeatureViewSummary;
import io.millrace.proto.features.v1.ListFeatureViewsResponse;
import io.millrace.proto.features.v1.SourcePosition;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Answers in protobuf. */
final class ProtoAnswers {
    private static final Comparator<SourcePartition> ORDER = Comparator.comparing(SourcePartition::topic)
            .thenComparing(SourcePartition::topicId)
            .thenComparing(SourcePartition::partition);

    private ProtoAnswers() {}

    static long eventTime(FeatureTable table, int row) {
        return table.state(row) == FeatureTable.State.BEFORE_RETENTION ? 0 : table.eventTimeMicros(row);
    }

    static FeatureStatus status(FeatureTable.State state) {
        return switch (state) {
            case FRESH -> FeatureStatus.FEATURE_STATUS_PRESENT;
            case EXPIRED -> FeatureStatus.FEATURE_STATUS_OUTSIDE_MAX_AGE;
            case MISSING -> FeatureStatus.FEATURE_STATUS_NOT_FOUND;
            case BEFORE_RETENTION -> FeatureStatus.FEATURE_STATUS_BEFORE_RETENTION;
        };
    }

    /** The partitions in the order of answers. */
    static List<SourcePartition> sorted(Map<SourcePartition, Long> positions) {
        return positions.size() <= 1
                ? List.copyOf(positions.keySet())
                : positions.keySet().stream().sorted(ORDER).toList();
    }

    private static List<SourcePosition> positions(ViewId view, Map<SourcePartition, Long> positions) {
        return sorted(positions).stream()
                .map(partition -> SourcePosition.newBuilder()
                        .setViewVersion(view.toString())
                        .setTopic(partition.topic())
                        .setTopicId(partition.topicId())
                        .setPartition(partition.partition())
                        .setOffset(positions.getOrDefault(partition, 0L))
                        .build())
                .toList();
    }

    static ListFeatureViewsResponse list(List<Definitions.Summary> summaries) {
        var response = ListFeatureViewsResponse.newBuilder();
        summaries.forEach(summary -> response.addViews(summary(summary)));
        return response.build();
    }

    private static FeatureViewSummary summary(Definitions.Summary summary) {
        FeatureView view = summary.view();
        var proto = FeatureViewSummary.newBuilder()
                .setName(view.id().name())
                .setVersion(view.id().version())
                .setIsDefault(summary.isDefault())
                .setIsActive(summary.isActive())
                .setLag(summary.ingestion().lag())
                .addAllPositions(positions(view.id(), summary.ingestion().positions()))
                .setApplied(summary.ingestion().applied())
                .setDeadLettered(summary.ingestion().deadLettered())
                .putAllDeadLetteredByReason(summary.ingestion().deadLetters())
                .setLateDropped(summary.ingestion().tooLate())
                .setDefinitionYaml(view.yaml());
        view.joinKeys().forEach(key -> proto.addJoinKeys(key.name()));
        view.features().forEach(feature -> proto.addFeatures(feature.name()));
        if (view.source() instanceof FeatureView.Source.Topic source) {
            proto.setSourceTopic(source.topic());
        }
        return proto.build();
    }
}
