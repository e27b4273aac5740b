package io.millrace.inference.features;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureLookup.Cell;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.replay.FeatureHistory;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import io.millrace.proto.features.v1.FeatureColumn;
import io.millrace.proto.features.v1.RecomputeFeaturesRequest;
import io.millrace.proto.features.v1.RecomputeFeaturesResponse;
import io.millrace.proto.features.v1.RecomputeRow;
import io.millrace.proto.features.v1.RecomputeServiceGrpc;
import io.millrace.proto.features.v1.RecomputeServiceGrpc.RecomputeServiceBlockingStub;
import io.millrace.proto.features.v1.SourcePosition;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Features computed again by feature-service. A channel of its own: what replays ask for is large and slow, and must not stand before look-ups. */
@ApplicationScoped
public class GrpcFeatureHistory implements FeatureHistory {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    /** The reason under which feature-service refuses what its offline store has not come to. */
    private static final String BEHIND = "OFFLINE_STORE_BEHIND";

    private final ManagedChannel channel;
    private final RecomputeServiceBlockingStub stub;

    public GrpcFeatureHistory(InferenceConfig config) {
        this.channel = Grpc.newChannelBuilder(config.features().address(), InsecureChannelCredentials.create())
                .maxInboundMessageSize(
                        config.features().maxAnswerSize().asBigInteger().intValueExact())
                .build();
        this.stub = RecomputeServiceGrpc.newBlockingStub(channel);
    }

    @PreDestroy
    void close() {
        channel.shutdownNow();
    }

    @Override
    public Answer compute(List<String> features, List<Row> rows) {
        var request = RecomputeFeaturesRequest.newBuilder().addAllFeatures(features);
        for (Row row : rows) {
            var message = RecomputeRow.newBuilder().setAsOfMicros(row.asOfMicros());
            row.entity().forEach((key, value) -> message.putEntity(key, FeatureMessages.value(value)));
            row.positions().forEach(position -> message.addPositions(position(position)));
            request.addRows(message);
        }
        try {
            return answer(
                    stub.withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                            .recomputeFeatures(request.build()),
                    features.size(),
                    rows.size());
        } catch (StatusRuntimeException e) {
            throw FeatureRefusals.reason(e).equals(BEHIND)
                    ? new Refusal(
                            InferenceReason.REPLAY_NOT_YET,
                            String.valueOf(e.getStatus().getDescription()),
                            e)
                    : FeatureRefusals.of(e);
        }
    }

    private static Answer answer(RecomputeFeaturesResponse response, int features, int rows) {
        if (response.getResultsCount() != features) {
            throw FeatureRefusals.malformed(response.getResultsCount() + " results for " + features + " features");
        }
        var cells = new ArrayList<List<Cell>>();
        var gaps = new ArrayList<List<String>>();
        for (int row = 0; row < rows; row++) {
            cells.add(new ArrayList<>());
            gaps.add(new ArrayList<>());
        }
        for (FeatureColumn column : response.getResultsList()) {
            List<Cell> read = FeatureMessages.cells(column, rows);
            for (int row = 0; row < rows; row++) {
                cells.get(row).add(read.get(row));
            }
        }
        response.getGapsList().forEach(gap -> gaps.get(gap.getRow()).add(gap.getDetail()));
        return new Answer(cells, response.getDefinitionsMap(), gaps);
    }

    private static SourcePosition position(FeaturePosition position) {
        return SourcePosition.newBuilder()
                .setViewVersion(position.view())
                .setTopic(position.topic())
                .setTopicId(position.topicId())
                .setPartition(position.partition())
                .setOffset(position.offset())
                .build();
    }
}
