package io.millrace.features.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.features.RealBroker;
import io.millrace.features.app.batch.Materialization;
import io.millrace.jobs.Job;
import io.millrace.jobs.Jobs;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Feast's materialisation over HTTP, byte for byte: waited for or not, of one view and of all, and what is refused. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class FeastMaterializeWireTest extends FeastServerUnderTest {
    private static final String VIEW = """
            kind: FeatureView
            name: %s
            version: v1
            description: what drivers earned
            owner: ops@example.org
            entity: {name: driver, join_keys: [{name: driver_id, type: int64}]}
            source:
              batch: {path: %s.csv}
              timestamp: {field: at, unit: rfc3339}
            features: [{name: earned, type: double}]
            """;
    private static final String ROWS = """
            driver_id,at,earned
            1,2026-03-01T08:59:59.999Z,1.0
            2,2026-03-01T09:00:00Z,2.0
            3,2026-03-01T10:00:00Z,3.0
            4,2026-03-01T10:00:00.001Z,4.0
            5,2026-03-01T11:00:00Z,5.0
            """;

    @Inject
    Jobs jobs;

    @ConfigProperty(name = "millrace.features.materialization.directory")
    Path directory;

    @BeforeEach
    void write() throws IOException {
        Files.createDirectories(directory);
    }

    private void view(String name) throws IOException {
        Files.writeString(directory.resolve(name + ".csv"), ROWS);
        apply(VIEW.formatted(name, name));
    }

    private void assertThatOnlyTheseAreThere(String view, String values) {
        assertThat(read("{\"features\":[\"" + view + ":earned\"],\"entities\":{\"driver_id\":[1,2,3,4,5]}}")
                        .body())
                .contains("{\"values\":" + values + ",\"statuses\":");
    }

    private static List<Object> statusAndBody(HttpResponse<String> response) {
        return List.of(response.statusCode(), response.body());
    }

    private static String request(String view, String from, String to) {
        return "{\"start_ts\":\"" + from + "\",\"end_ts\":\"" + to + "\",\"feature_views\":[\"" + view + "\"]}";
    }

    @Test
    void aRangeIncludesBothItsEndsAndItsRowsAreReadableWhenTheCallReturns() throws IOException {
        view("range_view");

        HttpResponse<String> done =
                post("/materialize", request("range_view", "2026-03-01 09:00:00", "2026-03-01T11:00:00+01:00"), "");

        assertThat(statusAndBody(done)).isEqualTo(List.of(200, "null"));
        assertThat(done.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        assertThatOnlyTheseAreThere("range_view", "[null,2.0,3.0,null,null]");
        assertThat(read("{\"features\":[\"range_view:earned\"],\"entities\":{\"driver_id\":[3]}}")
                        .body())
                .isEqualTo(
                        "{\"results\":[{\"values\":[3],\"statuses\":[\"PRESENT\"],\"event_timestamps\":[\"1970-01-01T00:00:00Z\"]},"
                                + "{\"values\":[3.0],\"statuses\":[\"PRESENT\"],\"event_timestamps\":[\"2026-03-01T10:00:00Z\"]}],"
                                + "\"metadata\":{\"feature_names\":[\"driver_id\",\"earned\"]}}");
    }

    @Test
    void anIncrementalOneBeginsAtMost52WeeksBackAndThenBehindTheLastEnd() throws IOException {
        view("steps");
        Files.writeString(directory.resolve("steps.csv"), ROWS + "4,1999-01-01T00:00:00Z,0.5\n");
        String until = "{\"end_ts\":\"2026-03-01T10:00:00\",\"feature_views\":[\"steps\"]}";

        assertThat(statusAndBody(post("/materialize-incremental", until, "application/json")))
                .isEqualTo(List.of(200, "null"));
        assertThatOnlyTheseAreThere("steps", "[1.0,2.0,3.0,null,null]");
        assertThat(statusAndBody(post("/materialize-incremental", until, "")))
                .as("a repeated one finds nothing left to do")
                .isEqualTo(List.of(200, "null"));
        assertThat(statusAndBody(post(
                        "/materialize-incremental",
                        "{\"end_ts\":\"2026-03-02\",\"feature_views\":[\"steps\"],\"full_feature_names\":false,\"version\":\"v1\"}",
                        "")))
                .isEqualTo(List.of(200, "null"));
        assertThatOnlyTheseAreThere("steps", "[1.0,2.0,3.0,4.0,5.0]");
    }

    @Test
    void withoutNamesEveryViewWithABatchSourceIsMeantAndWithoutTimesEveryRow() throws IOException {
        view("all_one");
        view("all_two");
        assertThat(statusAndBody(
                        post("/materialize", "{\"disable_event_timestamp\":true,\"feature_views\":[\"all_one\"]}", "")))
                .isEqualTo(List.of(200, "null"));
        assertThatOnlyTheseAreThere("all_one", "[1.0,2.0,3.0,4.0,5.0]");

        HttpResponse<String> accepted =
                post("/materialize?async=true", "{\"start_ts\":\"2026-03-01\",\"end_ts\":\"2026-03-02\"}", "");
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        assertThat(accepted.body()).startsWith("{\"status\":\"accepted\",\"feature_views\":[\"all_one\",\"all_two\"");
        await().atMost(PATIENCE).untilAsserted(() -> assertThatOnlyTheseAreThere("all_two", "[1.0,2.0,3.0,4.0,5.0]"));
    }

    @Test
    void whatIsNotWaitedForIsAcceptedOnceAndForcedAgain() throws IOException {
        view("busy");
        List<Job> inTheWay = List.of(jobs.start("waiting", Map.of()), jobs.start("waiting", Map.of()));
        String body = request("busy", "2026-03-01", "2026-03-02");
        List<Object> accepted = List.of(202, "{\"status\":\"accepted\",\"feature_views\":[\"busy\"]}");

        assertThat(statusAndBody(post("/materialize?async=true", body, ""))).isEqualTo(accepted);
        assertThat(statusAndBody(post("/materialize?async=1", body, "")))
                .isEqualTo(List.of(
                        409,
                        "{\"error\":\"Cannot start async materialization: these feature views are being materialized already: busy."
                                + " Use ?force=true to override.\",\"feature_views\":[\"busy\"]}"));
        assertThat(statusAndBody(post("/materialize?async=true&force=true", body, "")))
                .isEqualTo(accepted);
        inTheWay.forEach(job -> jobs.cancel(job.id()));

        await().atMost(PATIENCE).untilAsserted(() -> assertThatOnlyTheseAreThere("busy", "[1.0,2.0,3.0,4.0,5.0]"));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(jobs.all(Materialization.KIND).stream()
                        .filter(job -> job.parameters().containsValue("busy@v1"))
                        .map(Job::state))
                .containsExactlyInAnyOrder(Job.State.DONE, Job.State.CANCELLED));
    }

    @Test
    void whatFailsOnTheWayIsSaidOnceItIsWaitedFor() throws IOException {
        view("gone");
        Files.delete(directory.resolve("gone.csv"));

        HttpResponse<String> failed = post("/materialize", request("gone", "2026-03-01", "2026-03-02"), "");

        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(failed.body())
                .startsWith(
                        "\"{\\\"module\\\": \\\"feast.errors\\\", \\\"class\\\": \\\"FeastError\\\", \\\"message\\\": \\\"the materialization of"
                                + " gone@v1 was not done (FAILED): ");
    }

    @Test
    void wrongRequestsAreRefusedInFeastsForm() throws IOException {
        view("refusing");
        apply("""
                kind: FeatureView
                name: pushed_only
                version: v1
                description: what drivers earned
                owner: ops@example.org
                entity: {name: driver, join_keys: [{name: driver_id, type: int64}]}
                source: {push: true}
                features: [{name: earned, type: double}]
                """);
        String good = request("refusing", "2026-03-01", "2026-03-02");

        assertThat(statusAndBody(post("/materialize", good.replace("refusing", "nope"), "")))
                .isEqualTo(
                        List.of(404, feastError("FeatureViewNotFoundException", "Feature view nope does not exist")));
        assertThat(statusAndBody(post("/materialize", good.replace("refusing", "pushed_only"), "")))
                .isEqualTo(List.of(
                        412,
                        feastError("FeastError", "feature view pushed_only@v1 has no batch source to materialise")));
        assertThat(statusAndBody(post("/materialize?async=maybe", "{\"feature_views\":\"refusing\"}", "")))
                .isEqualTo(List.of(
                        422,
                        "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"start_ts\"],\"msg\":\"Field required\"},"
                                + "{\"type\":\"missing\",\"loc\":[\"body\",\"end_ts\"],\"msg\":\"Field required\"},"
                                + "{\"type\":\"list_type\",\"loc\":[\"body\",\"feature_views\"],\"msg\":\"Input should be a valid list\"},"
                                + "{\"type\":\"bool_parsing\",\"loc\":[\"query\",\"async\"],\"msg\":\"Input should be a valid boolean,"
                                + " unable to interpret input\"}]}"));
        assertThat(statusAndBody(post("/materialize-incremental", "{\"end_ts\":7}", ""))
                        .getFirst())
                .isEqualTo(422);
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put(good.replace("2026-03-02", "next week"), "'end_ts' must be text such as");
        wrong.put(good.replace("2026-03-02", "2999-03-02"), "the range ends in the future");
        wrong.put(good.replace("2026-03-02", "2026-02-02"), "the range ends before it begins");
        wrong.put(good.replace("]}", ",\"x\"],\"version\":\"v1\"}"), "exactly one");
        wrong.put(good.substring(1), "the body is not JSON");
        wrong.forEach((body, words) -> {
            HttpResponse<String> response = post("/materialize", body, "application/json");
            assertThat(response.statusCode()).as(words).isEqualTo(400);
            assertThat(response.body()).startsWith("\"{").contains(words);
        });
    }
}
