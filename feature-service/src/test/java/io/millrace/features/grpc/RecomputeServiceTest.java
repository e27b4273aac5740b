package io.millrace.features.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.features.RealBroker;
import io.millrace.features.app.Views;
import io.millrace.features.kafka.TestBroker;
import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.DeleteEntityRequest;
import io.millrace.proto.features.v1.DeletionServiceGrpc;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.RecomputeFeaturesRequest;
import io.millrace.proto.features.v1.RecomputeFeaturesResponse;
import io.millrace.proto.features.v1.RecomputeGap;
import io.millrace.proto.features.v1.RecomputeRow;
import io.millrace.proto.features.v1.RecomputeServiceGrpc;
import io.millrace.proto.features.v1.SourcePosition;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class RecomputeServiceTest extends ServiceUnderTest {
    private static final long AS_OF = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse("2026-03-01T12:00:00Z"));

    @Test
    void whatWasReadOnlineIsComputedAgainAtItsPositionsAfterMoreHasCome() {
        TestBroker.createTopic(topic, 1);
        apply(Views.activity(name, "v1", topic));
        TestBroker.produce(
                topic,
                0,
                event(1, "2026-03-01T11:30:00Z", 4.5, "click"),
                event(1, "2026-03-01T11:45:00Z", 5.5, "click"));
        GetOnlineFeaturesResponse read = read(60_000);
        assertThat(read.getComplete()).isTrue();
        assertThat(read.getPositionsList()).isNotEmpty().allMatch(position -> position.getDefinition()
                .matches("[0-9a-f]{16}"));
        TestBroker.produce(
                topic, 0, event(1, "2026-03-01T11:45:00Z", 9.5, "click"), event(1, "2026-03-01T11:40:00Z", 7.5, "buy"));
        assertThat(read(60_000).getResults(0)).isNotEqualTo(read.getResults(0));

        RecomputeFeaturesResponse again = recompute(read);

        assertThat(again.getResultsList()).isEqualTo(read.getResultsList());
        assertThat(again.getResults(0).getStatuses(0)).isEqualTo(FeatureStatus.FEATURE_STATUS_PRESENT);
        assertThat(again.getGapsList()).isEmpty();
        SourcePosition position = read.getPositions(0);
        assertThat(again.getDefinitionsMap()).containsEntry(position.getViewVersion(), position.getDefinition());
    }

    @Test
    void ofAnEntityThatWasDeletedItIsSaidThatItsEventsAreGone() {
        TestBroker.createTopic(topic, 1);
        apply(Views.activity(name, "v1", topic));
        TestBroker.produce(
                topic,
                0,
                event(1, "2026-03-01T11:30:00Z", 4.5, "click"),
                event(2, "2026-03-01T11:45:00Z", 5.5, "click"));
        GetOnlineFeaturesResponse read = read(60_000);
        assertThat(recompute(read).getGapsList()).isEmpty();

        DeletionServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .deleteEntity(DeleteEntityRequest.newBuilder()
                        .setView(name)
                        .putKey("user_id", number(1))
                        .build());
        RecomputeFeaturesResponse again = recompute(read);

        assertThat(again.getGapsList()).singleElement().satisfies(gap -> {
            assertThat(gap.getWhy()).isEqualTo(RecomputeGap.Why.WHY_ENTITY_DELETED);
            assertThat(gap.getDetail()).contains("the entity was deleted, asked for at 20");
        });
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(recompute(read).getResults(0).getStatuses(0))
                        .isEqualTo(FeatureStatus.FEATURE_STATUS_NOT_FOUND));
    }

    private GetOnlineFeaturesResponse read(int completeWithinMs) {
        return features.getOnlineFeatures(GetOnlineFeaturesRequest.newBuilder()
                .addFeatures(name + "@v1:last_amount")
                .addFeatures(name + "@v1:amount_mean_1h")
                .addFeatures(name + "@v1:events_1h")
                .setFullFeatureNames(true)
                .putEntities("user_id", Column.newBuilder().addValues(number(1)).build())
                .addAsOfMicros(AS_OF)
                .setCompleteWithinMs(completeWithinMs)
                .build());
    }

    /** Asks until the offline store has come to the positions. */
    private RecomputeFeaturesResponse recompute(GetOnlineFeaturesResponse read) {
        var request = RecomputeFeaturesRequest.newBuilder()
                .addFeatures(name + "@v1:last_amount")
                .addFeatures(name + "@v1:amount_mean_1h")
                .addFeatures(name + "@v1:events_1h")
                .addRows(RecomputeRow.newBuilder()
                        .putEntity("user_id", number(1))
                        .setAsOfMicros(AS_OF)
                        .addAllPositions(read.getPositionsList()))
                .build();
        var answer = new AtomicReference<RecomputeFeaturesResponse>();
        await().atMost(PATIENCE).until(() -> {
            try {
                answer.set(RecomputeServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(30, TimeUnit.SECONDS)
                        .recomputeFeatures(request));
                return true;
            } catch (StatusRuntimeException e) {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                return false;
            }
        });
        return Objects.requireNonNull(answer.get());
    }
}
