package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What model.yaml says of batching and kept answers, as clients and Triton's dashboards see it. */
@QuarkusTest
@TestProfile(PredictingService.Settings.class)
class BatchingTest extends PredictingService {
    private static final int CALLS = 200;

    @Inject
    ModelCatalog catalog;

    @BeforeEach
    void publishModels() {
        ModelFiles.publish(models, "joined", "3", OnnxModels.linear(0.5, 1, 10), """
                batching: {max-size: 16, max-delay: 2ms}
                concurrency: 1
                """);
        ModelFiles.publish(models, "kept", "1", OnnxModels.linear(0.5, 1, 10), "cache: {max-entries: 100, ttl: 1h}\n");
        catalog.refresh();
    }

    @AfterEach
    void removeModels() {
        ModelFiles.delete(models.resolve("joined/3"));
        ModelFiles.delete(models.resolve("kept/1"));
        catalog.refresh();
    }

    @Test
    void callsShareRunsAndEachGetsItsOwnAnswer() throws Exception {
        try (var callers = Executors.newFixedThreadPool(16)) {
            var answers = new ArrayList<Future<Float>>();
            for (int i = 0; i < CALLS; i++) {
                int row = i;
                answers.add(callers.submit(() -> infer("joined", row)));
            }
            for (int i = 0; i < CALLS; i++) {
                assertThat(answers.get(i).get()).isEqualTo(0.5f + 11 * i);
            }
        }
        JsonPath stats = given().get("/v2/models/joined/stats").jsonPath();
        stats.setRootPath("model_stats[0]");
        assertThat(stats.getLong("inference_count")).isEqualTo(CALLS);
        assertThat(stats.getLong("execution_count")).isLessThan(CALLS);
        assertThat(stats.getLong("inference_stats.success.count")).isEqualTo(CALLS);
        assertThat(stats.getLong("inference_stats.queue.count")).isEqualTo(CALLS);
        assertThat(stats.getLong("inference_stats.queue.ns")).isPositive();
        assertThat(stats.<Integer>getList("batch_stats.batch_size"))
                .anySatisfy(size -> assertThat(size).isGreaterThan(1));
        assertThat(stats.getInt("batching.max_size")).isEqualTo(16);
        assertThat(stats.getInt("batching.max_delay_us")).isEqualTo(2000);
        JsonPath config = given().get("/v2/models/joined/config").jsonPath();
        assertThat(config.<Integer>getList("dynamic_batching.preferred_batch_size"))
                .containsExactly(16);
        assertThat(config.getInt("dynamic_batching.max_queue_delay_microseconds"))
                .isEqualTo(2000);
        assertThat(given().get("/v2/models/m/config").asString()).doesNotContain("dynamic_batching");
    }

    @Test
    void answersAreKeptAndCounted() {
        assertThat(infer("kept", 1)).isEqualTo(infer("kept", 1)).isEqualTo(11.5f);
        assertThat(infer("kept", 2)).isEqualTo(22.5f);
        JsonPath stats = given().get("/v2/models/kept/stats").jsonPath();
        stats.setRootPath("model_stats[0]");
        assertThat(stats.getLong("inference_stats.cache_hit.count")).isEqualTo(1);
        assertThat(stats.getLong("inference_stats.cache_miss.count")).isEqualTo(2);
        assertThat(stats.getLong("inference_stats.success.count")).isEqualTo(3);
        assertThat(stats.getLong("execution_count")).isEqualTo(2);
    }

    @Test
    void figuresAreScrapedUnderTheNamesThatTritonGivesThem() {
        infer("kept", 1);
        infer("kept", 1);
        given().body("{\"inputs\":[]}").post("/v2/models/kept/infer");
        given().body("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}")
                .post("/v2/models/kept/infer");
        String labels = "{model=\"kept\",version=\"1\"";
        assertThat(scrape().lines())
                .contains(
                        "nv_inference_request_success" + labels + "} 2.0",
                        "nv_inference_request_failure" + labels + ",reason=\"OTHER\"} 1.0",
                        "nv_inference_request_failure" + labels + ",reason=\"REJECTED\"} 0.0",
                        "nv_inference_count" + labels + "} 1.0",
                        "nv_inference_exec_count" + labels + "} 1.0",
                        "nv_inference_pending_request_count" + labels + "} 0.0",
                        "nv_cache_num_hits_per_model" + labels + "} 1.0",
                        "nv_cache_num_misses_per_model" + labels + "} 1.0",
                        "millrace_inference_batch_size_limit{model=\"joined\",version=\"3\"} 16.0")
                .anyMatch(line -> line.startsWith("nv_inference_request_duration_us" + labels))
                .anyMatch(line -> line.startsWith("nv_inference_queue_duration_us" + labels))
                .anyMatch(line -> line.startsWith("nv_inference_compute_input_duration_us" + labels))
                .anyMatch(line -> line.startsWith("nv_inference_compute_infer_duration_us" + labels))
                .anyMatch(line -> line.startsWith("nv_inference_compute_output_duration_us" + labels))
                .anyMatch(line -> line.startsWith("nv_cache_hit_duration_per_model" + labels))
                .anyMatch(line -> line.startsWith("nv_cache_miss_duration_per_model" + labels))
                .noneMatch(line -> line.startsWith("nv_") && line.contains("_total"));
        ModelFiles.publish(models, "gone", "1", OnnxModels.linear(0.5, 1, 10), "");
        catalog.refresh();
        assertThat(scrape()).contains("model=\"gone\"");
        ModelFiles.delete(models.resolve("gone/1"));
        catalog.refresh();
        assertThat(scrape()).doesNotContain("model=\"gone\"");
    }

    private static String scrape() {
        return given().port(Integer.parseInt(setting("quarkus.management.test-port")))
                .accept("text/plain")
                .get("/q/metrics")
                .asString()
                .replace(",}", "}");
    }

    /** The one row {@code [row, row]}. */
    private static float infer(String model, int row) {
        return given().body("{\"inputs\":[{\"name\":\"input\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[%d,%d]}]}"
                        .formatted(row, row))
                .post("/v2/models/" + model + "/infer")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getFloat("outputs[0].data[0]");
    }
}
