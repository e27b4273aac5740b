package io.millrace.features.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.RealBroker;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Feast's writes over HTTP, byte for byte: a push, the remote store's write, and what both refuse. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class FeastWriteWireTest extends FeastServerUnderTest {
    private static final String TWO_KEYS = """
            kind: FeatureView
            name: driver_pushed
            version: v1
            description: how a driver does for a customer
            owner: ops@example.org
            entity:
              name: driver_and_customer
              join_keys:
                - {name: driver_id, type: int64}
                - {name: customer, type: string}
            source: {push: true}
            ttl: 36500d
            retention: 400d
            fields: {rate: double, seen: timestamp, photo: bytes, trips: int64}
            features:
              - {name: conv_rate, type: double, field: rate}
              - {name: seen, type: timestamp}
              - {name: photo, type: bytes}
              - {name: trips, type: int64}
              - {name: pushes_1d, type: int64, aggregate: count, window: 1d}
            """;

    private boolean applied;

    @BeforeEach
    void define() {
        if (!applied) {
            apply(TWO_KEYS);
            applied = true;
        }
    }

    private static String push(int driver, String time, String rate) {
        return "{\"push_source_name\":\"driver_pushed\",\"to\":\"online_and_offline\",\"df\":{\"driver_id\":[" + driver
                + "],\"customer\":[\"7\"],\"conv_rate\":[" + rate + "],\"seen\":[1772442000],\"photo\":[\"AAEC/w==\"],"
                + "\"trips\":[\"12\"],\"event_timestamp\":[\"" + time + "\"],\"created\":[\"2026-03-02T09:00:00\"],"
                + "\"unrelated\":[[1,2]]}}";
    }

    @Test
    void aPushedRowIsReadableWhenThePushReturns() {
        HttpResponse<String> pushed = post("/push", push(1, "2026-03-02 09:00:00.123456", "0.5"), "");

        assertThat(pushed.statusCode()).isEqualTo(200);
        assertThat(pushed.body()).isEmpty();
        assertThat(
                        read("{\"features\":[\"driver_pushed:conv_rate\",\"driver_pushed:seen\",\"driver_pushed:photo\",\"driver_pushed:trips\"],"
                                        + "\"entities\":{\"customer\":[7],\"driver_id\":[\"1\"]}}")
                                .body())
                .isEqualTo(
                        "{\"results\":["
                                + "{\"values\":[\"7\"],\"statuses\":[\"PRESENT\"],\"event_timestamps\":[\"1970-01-01T00:00:00Z\"]},"
                                + "{\"values\":[1],\"statuses\":[\"PRESENT\"],\"event_timestamps\":[\"1970-01-01T00:00:00Z\"]},"
                                + "{\"values\":[0.5],\"statuses\":[\"PRESENT\"],\"event_timestamps\":[\"2026-03-02T09:00:00.123456Z\"]},"
                                + "{\"values\":[1772442000],\"statuses\":[\"PRESENT\"],\"event_timestamps\":[\"2026-03-02T09:00:00.123456Z\"]},"
                                + "{\"values\":[\"AAEC/w==\"],\"statuses\":[\"PRESENT\"],\"event_timestamps\":[\"2026-03-02T09:00:00.123456Z\"]},"
                                + "{\"values\":[12],\"statuses\":[\"PRESENT\"],\"event_timestamps\":[\"2026-03-02T09:00:00.123456Z\"]}],"
                                + "\"metadata\":{\"feature_names\":[\"customer\",\"driver_id\",\"conv_rate\",\"seen\",\"photo\",\"trips\"]}}");
    }

    @Test
    void theRemoteStoresWriteIsAnsweredWithNullAndAnOlderRowDoesNotWin() {
        String write =
                "{\"feature_view_name\":\"driver_pushed\",\"df\":{\"driver_id\":[2,2],\"customer\":[\"7\",\"7\"],"
                        + "\"conv_rate\":[0.75,0.25],\"seen\":[null,null],\"photo\":[null,null],\"trips\":[1,2],"
                        + "\"event_timestamp\":[\"2026-03-02T10:00:00\",\"2026-03-02T09:00:00+00:00\"],\"created\":[null,null]},"
                        + "\"allow_registry_cache\":false}";

        HttpResponse<String> written = post("/write-to-online-store", write, "application/json");

        assertThat(written.statusCode()).isEqualTo(200);
        assertThat(written.body()).isEqualTo("null");
        assertThat(read("{\"features\":[\"driver_pushed:conv_rate\",\"driver_pushed:photo\"],"
                                + "\"entities\":{\"driver_id\":[2],\"customer\":[\"7\"]},\"full_feature_names\":true}")
                        .body())
                .endsWith(
                        "{\"values\":[0.75],\"statuses\":[\"PRESENT\"],\"event_timestamps\":[\"2026-03-02T10:00:00Z\"]},"
                                + "{\"values\":[null],\"statuses\":[\"PRESENT\"],\"event_timestamps\":[\"2026-03-02T10:00:00Z\"]}],"
                                + "\"metadata\":{\"feature_names\":[\"driver_id\",\"customer\",\"driver_pushed__conv_rate\",\"driver_pushed__photo\"]}}");
    }

    @Test
    void listsComeBackAsTheyWereWritten() {
        apply("""
                kind: FeatureView
                name: driver_lists
                version: v1
                description: what a driver has several of
                owner: ops@example.org
                entity: {name: driver, join_keys: [{name: driver_id, type: int64}]}
                source: {push: true}
                features:
                  - {name: tags, type: list<string>}
                  - {name: scores, type: list<double>}
                  - {name: days, type: list<timestamp>}
                """);
        String push = "{\"push_source_name\":\"driver_lists\",\"df\":{\"driver_id\":[1],\"tags\":[[\"a\",\"\"]],"
                + "\"scores\":[[0.5,2]],\"days\":[[\"2026-03-02T09:00:00Z\"]],"
                + "\"event_timestamp\":[\"2026-03-02T09:00:00\"]}}";

        assertThat(post("/push", push, "").statusCode()).isEqualTo(200);
        assertThat(read("{\"features\":[\"driver_lists:tags\",\"driver_lists:scores\",\"driver_lists:days\"],"
                                + "\"entities\":{\"driver_id\":[1]}}")
                        .body())
                .contains("{\"values\":[[\"a\",\"\"]],", "{\"values\":[[0.5,2.0]],", "{\"values\":[[1772442000]],");
        assertThat(post("/push", push.replace("[0.5,2]", "{\"a\":2}"), "").body())
                .contains("is an object");
    }

    @Test
    void aPushThatAClientSendsAgainCountsOnce() {
        for (int i = 0; i < 3; i++) {
            assertThat(post("/push", push(3, "2026-03-03T09:00:00Z", "0.5"), "").statusCode())
                    .isEqualTo(200);
        }

        assertThat(
                        read("{\"features\":[\"driver_pushed:pushes_1d\"],\"entities\":{\"driver_id\":[3],\"customer\":[\"7\"]},"
                                        + "\"as_of\":\"2026-03-03T10:00:00Z\"}")
                                .body())
                .contains("{\"values\":[1],\"statuses\":[\"PRESENT\"]");
    }

    @Test
    void aRowForTheOfflineStoreAloneIsAcceptedForLater() {
        String offline = push(4, "2026-03-02T09:00:00Z", "0.5").replace("online_and_offline", "offline");

        HttpResponse<String> pushed = post("/push", offline, "application/json");

        assertThat(pushed.statusCode()).isEqualTo(202);
        assertThat(pushed.body()).isEmpty();
    }

    @Test
    void wrongWritesAreRefusedInFeastsForm() {
        String good = push(5, "2026-03-02T09:00:00Z", "0.5");

        HttpResponse<String> source = post("/push", good.replace("driver_pushed", "nope"), "");
        assertThat(source.statusCode()).isEqualTo(422);
        assertThat(source.body())
                .isEqualTo(feastError("PushSourceNotFoundException", "Unable to find push source 'nope'."));
        assertThat(post("/push", good.replace("driver_pushed", "driver_pushd"), "")
                        .body())
                .isEqualTo(feastError(
                        "PushSourceNotFoundException",
                        "Unable to find push source 'driver_pushd'; did you mean 'driver_pushed'?"));
        HttpResponse<String> view =
                post("/write-to-online-store", "{\"feature_view_name\":\"nope\",\"df\":{\"event_timestamp\":[]}}", "");
        assertThat(view.statusCode()).isEqualTo(404);
        assertThat(view.body())
                .isEqualTo(feastError("FeatureViewNotFoundException", "Feature view nope does not exist"));
        HttpResponse<String> shape = post("/push", "{\"df\":{\"a\":1}}", "");
        assertThat(shape.statusCode()).isEqualTo(422);
        assertThat(shape.body())
                .isEqualTo(
                        "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"push_source_name\"],\"msg\":\"Field required\"},"
                                + "{\"type\":\"list_type\",\"loc\":[\"body\",\"df\",\"a\"],\"msg\":\"Input should be a valid list\"}]}");
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put(good.replace("online_and_offline", "both"), "is not a supported push format");
        wrong.put(good.replace("\"trips\":[\"12\"],", ""), "needs [trips] too");
        wrong.put(good.replace("\"customer\":[\"7\"],", ""), "needs [customer] too");
        wrong.put(good.replace("\"2026-03-02T09:00:00Z\"", "1772442000"), "a number could mean seconds or nanoseconds");
        wrong.put(good.replace("\"event_timestamp\"", "\"ts\""), "'event_timestamp' is not given");
        wrong.put(good.replace("\"conv_rate\":[0.5]", "\"conv_rate\":[\"fast\"]"), "row 0");
        wrong.put(good.replace("\"conv_rate\":[0.5]", "\"conv_rate\":[0.5,1]"), "same number of rows");
        wrong.put(good.replace("2026-03-02T09", "2999-03-02T09"), "lies in the future");
        wrong.put(good.substring(1), "the body is not JSON");
        wrong.forEach((body, words) -> {
            HttpResponse<String> response = post("/push", body, "application/json");
            assertThat(response.statusCode()).as(words).isEqualTo(400);
            assertThat(response.body()).startsWith("\"{").contains(words);
        });
    }

    @Test
    void aClientThatSendsTheFirstJoinKeyOnlyIsToldWhichOneIsMissing() {
        HttpResponse<String> response =
                read("{\"features\":[\"driver_pushed:trips\"],\"entities\":{\"driver_id\":[1]}}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body())
                .contains("join key 'customer' of feature view driver_pushed@v1 is not given", "feast.errors");
    }

    @Test
    void aViewWithoutEntitiesIsReadByBothGenerationsOfClients() {
        apply("""
                kind: FeatureView
                name: fleet
                version: v1
                description: all drivers together
                owner: ops@example.org
                entity: {name: everything, join_keys: [{name: __dummy_id, type: string}]}
                source: {push: true}
                features:
                  - {name: size, type: int64}
                """);
        String push =
                "{\"push_source_name\":\"fleet\",\"df\":{\"size\":[7],\"event_timestamp\":[\"2026-03-02T09:00:00\"]}}";
        String size = "{\"values\":[7],\"statuses\":[\"PRESENT\"],\"event_timestamps\":[\"2026-03-02T09:00:00Z\"]}";

        assertThat(post("/push", push, "").statusCode()).isEqualTo(200);
        assertThat(read("{\"features\":[\"fleet:size\"],\"entities\":{\"__dummy_id\":[\"\"]}}")
                        .body())
                .isEqualTo(
                        "{\"results\":[{\"values\":[\"\"],\"statuses\":[\"PRESENT\"],\"event_timestamps\":[\"1970-01-01T00:00:00Z\"]},"
                                + size + "],\"metadata\":{\"feature_names\":[\"__dummy_id\",\"size\"]}}");
        assertThat(read("{\"features\":[\"fleet:size\"],\"entities\":{}}").body())
                .isEqualTo("{\"results\":[" + size + "],\"metadata\":{\"feature_names\":[\"size\"]}}");
        assertThat(read("{\"features\":[\"fleet:size\",\"driver_pushed:trips\"],"
                                + "\"entities\":{\"driver_id\":[98,99],\"customer\":[\"1\",\"2\"]}}")
                        .body())
                .contains("{\"values\":[7,7],\"statuses\":[\"PRESENT\",\"PRESENT\"]")
                .endsWith("\"feature_names\":[\"driver_id\",\"customer\",\"size\",\"trips\"]}}");
    }

    @Test
    void healthSaysThatDefinitionsAreThereAndNothingElse() {
        HttpResponse<String> health = get("/health");

        assertThat(List.of(health.statusCode(), health.body())).isEqualTo(List.of(200, ""));
    }
}
