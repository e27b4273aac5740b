package io.millrace.features.grpc;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import com.google.rpc.ErrorInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.millrace.features.RealBroker;
import io.millrace.features.kafka.TestBroker;
import io.millrace.proto.features.v1.SearchVectorsRequest;
import io.millrace.proto.features.v1.Value;
import io.millrace.proto.features.v1.VectorFilter;
import io.millrace.proto.features.v1.VectorMatch;
import io.millrace.proto.features.v1.VectorMetric;
import io.millrace.proto.features.v1.VectorServiceGrpc;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Vectors from events in a real broker through the index to both doors. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class VectorSearchTest extends ServiceUnderTest {
    private VectorServiceGrpc.VectorServiceBlockingStub vectors() {
        return VectorServiceGrpc.newBlockingStub(channel);
    }

    private void applyItems() {
        TestBroker.createTopic(topic, 2);
        apply("""
                kind: FeatureView
                name: %s
                version: v1
                entity: {name: item, join_keys: [{name: item_id, type: int64, field: item}]}
                source: {topic: %s, timestamp: {field: at, unit: rfc3339}}
                features:
                  - {name: embedding, type: vector, dimension: 2, metric: l2}
                  - {name: colour, type: string}
                  - {name: price, type: double}
                  - {name: seen_1h, type: int64, aggregate: count, window: 1h}
                """.formatted(name, topic));
    }

    private void item(int item, String at, double x, double y, String colour, double price) {
        TestBroker.produce(
                topic,
                item % 2,
                "{\"item\":%d,\"at\":\"%s\",\"embedding\":[%s,%s],\"colour\":\"%s\",\"price\":%s}"
                        .formatted(item, at, x, y, colour, price));
    }

    private SearchVectorsRequest.Builder near(float x, float y) {
        return SearchVectorsRequest.newBuilder()
                .setFeature(name + ":embedding")
                .addQuery(x)
                .addQuery(y)
                .setLimit(10);
    }

    private static List<Long> items(List<VectorMatch> matches) {
        return matches.stream()
                .map(match -> Objects.requireNonNull(match.getEntityMap().get("item_id"))
                        .getInt64Value())
                .toList();
    }

    private static VectorFilter compare(String feature, VectorFilter.Operator operator, Value... values) {
        return VectorFilter.newBuilder()
                .setComparison(VectorFilter.Comparison.newBuilder()
                        .setFeature(feature)
                        .setOperator(operator)
                        .addAllValues(List.of(values)))
                .build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    @Test
    void theNearestEntitiesAreFoundAndFollowTheirEvents() {
        applyItems();
        item(1, "2026-03-02T09:00:00Z", 0, 0, "red", 5);
        item(2, "2026-03-02T09:00:00Z", 3, 4, "blue", 50);
        item(3, "2026-03-02T09:00:00Z", 6, 8, "red", 500);

        await().atMost(PATIENCE).ignoreException(StatusRuntimeException.class).untilAsserted(() -> assertThat(
                        items(vectors().searchVectors(near(0, 0).build()).getMatchesList()))
                .containsExactly(1L, 2L, 3L));
        var answer = vectors()
                .searchVectors(near(0, 0)
                        .addInclude("colour")
                        .addInclude(name + ":price")
                        .build());
        assertThat(answer.getViewVersion()).isEqualTo(name + "@v1");
        assertThat(answer.getPositionsList()).hasSize(2);
        assertThat(answer.getMatchesList()).extracting(VectorMatch::getDistance).containsExactly(0.0, 5.0, 10.0);
        assertThat(answer.getMatches(1).getValuesList()).containsExactly(text("blue"), real(50));
        assertThat(answer.getMatches(1).getEventTimeMicros())
                .isEqualTo(Instant.parse("2026-03-02T09:00:00Z").toEpochMilli() * 1_000);

        item(1, "2026-03-02T10:00:00Z", 30, 40, "red", 5);
        item(3, "2026-03-02T08:00:00Z", 0, 0, "red", 5);
        await().atMost(PATIENCE).ignoreException(StatusRuntimeException.class).untilAsserted(() -> assertThat(
                        items(vectors()
                                .searchVectors(near(0, 0).setExact(true).build())
                                .getMatchesList()))
                .containsExactly(2L, 3L, 1L));
    }

    @Test
    void filtersAreTakenByBothDoors() {
        applyItems();
        item(1, "2026-03-02T09:00:00Z", 0, 0, "red", 5);
        item(2, "2026-03-02T09:00:00Z", 1, 0, "blue", 50);
        item(3, "2026-03-02T09:00:00Z", 2, 0, "red", 500);
        await().atMost(PATIENCE)
                .ignoreException(StatusRuntimeException.class)
                .until(() -> vectors().searchVectors(near(0, 0).build()).getMatchesCount() == 3);

        VectorFilter dearAndRed = VectorFilter.newBuilder()
                .setAll(VectorFilter.Parts.newBuilder()
                        .addParts(compare("colour", VectorFilter.Operator.OPERATOR_EQUAL, text("red")))
                        .addParts(compare("price", VectorFilter.Operator.OPERATOR_GREATER, number(5))))
                .build();
        assertThat(items(vectors()
                        .searchVectors(near(0, 0).setFilter(dearAndRed).build())
                        .getMatchesList()))
                .containsExactly(3L);

        given().body("""
                        {"features": ["%1$s:embedding", "%1$s:colour"], "query": [0, 0], "top_k": 2, "distance_metric": "L2",
                         "filters": {"type": "in", "key": "colour", "value": ["red", "green"]}}""".formatted(name))
                .post("/retrieve-online-documents")
                .then()
                .statusCode(200)
                .body("metadata.feature_names", equalTo(List.of("item_id", "embedding", "colour", "distance")))
                .body("results[0].values", equalTo(List.of(1, 3)))
                .body("results[1].values", equalTo(List.of(List.of(0.0f, 0.0f), List.of(2.0f, 0.0f))))
                .body("results[2].values", equalTo(List.of("red", "red")))
                .body("results[3].values", equalTo(List.of(0.0f, 2.0f)))
                .body("results[3].event_timestamps[0]", equalTo("2026-03-02T09:00:00Z"));
    }

    @Test
    void wrongSearchesAreRefusedWithTheirReason() {
        applyItems();
        Stream.of(
                        new Wrong(near(0, 0).setFeature("nothing:embedding"), "VIEW_NOT_FOUND"),
                        new Wrong(near(0, 0).setFeature(name + ":embeding"), "FEATURE_NOT_FOUND"),
                        new Wrong(near(0, 0).setFeature(name + ":colour"), "WRONG_VECTOR"),
                        new Wrong(near(0, 0).addQuery(1), "WRONG_VECTOR"),
                        new Wrong(near(Float.NaN, 0), "WRONG_VECTOR"),
                        new Wrong(near(0, 0).setMetric(VectorMetric.VECTOR_METRIC_COSINE), "WRONG_VECTOR"),
                        new Wrong(near(0, 0).setLimit(0), "MALFORMED_REQUEST"),
                        new Wrong(near(0, 0).setLimit(1_001), "MALFORMED_REQUEST"),
                        new Wrong(near(0, 0).setEffort(10_001), "MALFORMED_REQUEST"),
                        new Wrong(near(0, 0).addInclude("seen_1h"), "MALFORMED_FEATURE_REFERENCE"),
                        new Wrong(near(0, 0).addInclude("other:colour"), "MALFORMED_FEATURE_REFERENCE"),
                        new Wrong(near(0, 0).setFilter(VectorFilter.getDefaultInstance()), "WRONG_FILTER"),
                        new Wrong(
                                near(0, 0)
                                        .setFilter(
                                                compare("price", VectorFilter.Operator.OPERATOR_LESS, text("cheap"))),
                                "WRONG_FILTER"),
                        new Wrong(
                                near(0, 0).setFilter(compare("price", VectorFilter.Operator.OPERATOR_EQUAL)),
                                "WRONG_FILTER"),
                        new Wrong(
                                near(0, 0)
                                        .setFilter(
                                                compare("embedding", VectorFilter.Operator.OPERATOR_EQUAL, number(1))),
                                "WRONG_FILTER"))
                .forEach(wrong -> assertThat(reason(wrong.request().build()))
                        .as("%s", wrong.request())
                        .isEqualTo(wrong.reason()));
        given().body("{\"features\": [\"" + name + ":embedding\"], \"query\": [0], \"distance_metric\": \"manhattan\"}")
                .post("/retrieve-online-documents")
                .then()
                .statusCode(422)
                .body("detail[0].loc", equalTo(List.of("body", "distance_metric")));
        given().body("{\"features\": [\"" + name + ":embedding\"], \"query\": [0, 0],"
                        + " \"filters\": {\"type\": \"almost\"}}")
                .post("/retrieve-online-documents")
                .then()
                .statusCode(400)
                .body(containsString("FeastError"));
    }

    private record Wrong(SearchVectorsRequest.Builder request, String reason) {}

    private String reason(SearchVectorsRequest request) {
        var refused = Assertions.catchThrowableOfType(
                StatusRuntimeException.class, () -> vectors().searchVectors(request));
        try {
            return Objects.requireNonNull(StatusProto.fromThrowable(refused))
                    .getDetails(0)
                    .unpack(ErrorInfo.class)
                    .getReason();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError("an answer without a reason", refused);
        }
    }
}
