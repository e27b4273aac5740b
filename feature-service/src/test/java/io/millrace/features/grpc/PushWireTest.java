package io.millrace.features.grpc;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.millrace.features.RealBroker;
import io.millrace.features.app.Views;
import io.millrace.features.kafka.TestBroker;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.PushFeaturesRequest;
import io.millrace.proto.features.v1.PushTarget;
import io.millrace.proto.features.v1.StreamPushFeaturesRequest;
import io.millrace.proto.features.v1.StreamPushFeaturesResponse;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Pushes over both doors into the real log. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class PushWireTest extends ServiceUnderTest {
    private static final String AT = "2026-03-02T09:00:00Z";

    private PushFeaturesRequest.Builder push(long user, PushTarget to) {
        return PushFeaturesRequest.newBuilder()
                .setView(name)
                .putColumns("user_id", users(user))
                .putColumns("age", users(30 + user))
                .addEventTimeMicros(micros(AT))
                .setTo(to);
    }

    private FeatureStatus status(long user) {
        return statuses(read(AT, user, name + ":age")).getFirst();
    }

    @Test
    void rowsForTheOfflineStoreAreInTheLogAndNotServed() {
        apply(Views.profile(name));
        features.pushFeatures(push(1, PushTarget.PUSH_TARGET_OFFLINE).build());
        features.pushFeatures(push(2, PushTarget.PUSH_TARGET_ONLINE).build());
        features.pushFeatures(push(3, PushTarget.PUSH_TARGET_UNSPECIFIED).build());

        assertThat(status(1)).isEqualTo(FeatureStatus.FEATURE_STATUS_NOT_FOUND);
        assertThat(status(2)).isEqualTo(FeatureStatus.FEATURE_STATUS_PRESENT);
        assertThat(status(3)).isEqualTo(FeatureStatus.FEATURE_STATUS_PRESENT);
        assertThat(TestBroker.records("millrace.features.push.v1").stream()
                        .filter(record ->
                                TestBroker.header(record, "millrace.view").equals(name + "@v1"))
                        .map(record -> record.headers().lastHeader("millrace.to"))
                        .map(header -> header == null ? "both" : new String(header.value())))
                .containsExactlyInAnyOrder("offline", "online", "both");
    }

    @Test
    void theRestDoorTakesTheSameTarget() {
        apply(Views.profile(name));
        String body = "{\"view\":\"" + name + "\",\"columns\":{\"user_id\":[5],\"age\":[50]},"
                + "\"event_timestamps\":[\"" + AT + "\"],\"to\":\"%s\"}";
        given().contentType("application/json")
                .body(body.formatted("sideways"))
                .post("/v1/push")
                .then()
                .statusCode(400)
                .body("reason", equalTo("MALFORMED_REQUEST"));
        given().contentType("application/json")
                .body(body.formatted("offline"))
                .post("/v1/push")
                .then()
                .statusCode(200)
                .body("rows", equalTo(1));

        assertThat(status(5)).isEqualTo(FeatureStatus.FEATURE_STATUS_NOT_FOUND);
    }

    @Test
    void aStreamIsCommittedAndAFaultInItIsNamed() throws Exception {
        apply(Views.profile(name));
        var answer = new CompletableFuture<StreamPushFeaturesResponse>();
        StreamObserver<StreamPushFeaturesRequest> requests =
                FeatureServiceGrpc.newStub(channel).streamPushFeatures(into(answer));
        for (long user = 1; user <= 50; user++) {
            requests.onNext(StreamPushFeaturesRequest.newBuilder()
                    .setPush(push(user, PushTarget.PUSH_TARGET_UNSPECIFIED))
                    .build());
        }
        requests.onCompleted();
        assertThat(answer.get(30, TimeUnit.SECONDS).getRows()).isEqualTo(50);
        assertThat(status(50)).isEqualTo(FeatureStatus.FEATURE_STATUS_PRESENT);

        var failed = new CompletableFuture<StreamPushFeaturesResponse>();
        StreamObserver<StreamPushFeaturesRequest> wrong =
                FeatureServiceGrpc.newStub(channel).streamPushFeatures(into(failed));
        wrong.onNext(StreamPushFeaturesRequest.newBuilder()
                .setPush(push(51, PushTarget.PUSH_TARGET_UNSPECIFIED))
                .build());
        wrong.onNext(StreamPushFeaturesRequest.newBuilder()
                .setPush(push(52, PushTarget.PUSH_TARGET_UNSPECIFIED).setToValue(77))
                .build());
        await().atMost(PATIENCE).until(failed::isCompletedExceptionally);
        var status = (StatusRuntimeException) failed.exceptionNow();

        assertThat(status.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(Objects.requireNonNull(StatusProto.fromThrowable(status)).getMessage())
                .startsWith("request 2: 'to'");
        assertThat(status(51)).isEqualTo(FeatureStatus.FEATURE_STATUS_PRESENT);
    }

    private static StreamObserver<StreamPushFeaturesResponse> into(
            CompletableFuture<StreamPushFeaturesResponse> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(StreamPushFeaturesResponse response) {
                answer.complete(response);
            }

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {}
        };
    }
}
