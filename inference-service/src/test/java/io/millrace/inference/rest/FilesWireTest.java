package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.millrace.backing.Ports;
import io.millrace.definitions.DefinitionFile;
import io.millrace.inference.kafka.TestBroker;
import io.millrace.proto.features.v1.CancelJobRequest;
import io.millrace.proto.features.v1.Job;
import io.millrace.proto.features.v1.JobServiceGrpc;
import io.millrace.proto.features.v1.JobState;
import io.millrace.proto.features.v1.ListJobsRequest;
import io.millrace.proto.features.v1.WatchJobRequest;
import io.millrace.proto.inference.v1.BatchFileFormat;
import io.millrace.proto.inference.v1.BatchScoringServiceGrpc;
import io.millrace.proto.inference.v1.GetReplayPlanRequest;
import io.millrace.proto.inference.v1.GetReplayPlanResponse;
import io.millrace.proto.inference.v1.ReadBatchScoringRequest;
import io.millrace.proto.inference.v1.ReplayPlanServiceGrpc;
import io.millrace.proto.inference.v1.ReplayedModel;
import io.millrace.proto.inference.v1.StartBatchScoringRequest;
import io.millrace.proto.inference.v1.StartReplayPlanRequest;
import io.millrace.proto.oip.GRPCInferenceServiceGrpc;
import io.millrace.proto.oip.InferTensorContents;
import io.millrace.proto.oip.ModelInferRequest;
import io.millrace.proto.registry.v1.DataProduct;
import io.millrace.proto.registry.v1.GetDataProductRequest;
import io.millrace.proto.registry.v1.GetDataProductResponse;
import io.millrace.proto.registry.v1.RegistryServiceGrpc;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(FilesWireTest.Logging.class)
class FilesWireTest extends PredictingService {
    private static Server registry;

    private static final String CSV = "user,time,x\nu,2000001,1.5\nnobody,2000001,2.5\nu,never,3\n";

    /** Every call is logged. */
    public static class Logging extends Settings {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                var overrides = new HashMap<>(super.getConfigOverrides());
                String folder = Files.createTempDirectory("files").toString();
                overrides.put("millrace.inference.jobs.directory", folder + "/jobs");
                overrides.put("millrace.inference.batch.directory", folder + "/batch");
                overrides.put("millrace.inference.payloads.default-ratio", "1");
                overrides.put("millrace.inference.payloads.to-topic", "true");
                overrides.put("millrace.inference.payloads.without-contract", "true");
                overrides.put("millrace.inference.payloads.directory", folder + "/payloads");
                overrides.put("millrace.inference.payloads.min-free", "1M");
                overrides.put("millrace.inference.payloads.roll-interval", "1s");
                overrides.put("millrace.inference.registry.address", "127.0.0.1:" + Ports.free());
                return overrides;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void aFileIsScoredOverRestAndGrpcAsOnlineCallsAsOfItsInstants() {
        String id = given().contentType("application/json")
                .body(Map.of("pipeline", "p", "csv", CSV, "format", "csv"))
                .post("/v1/batch-scorings")
                .then()
                .statusCode(200)
                .extract()
                .path("id");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> given().get("/v1/jobs/" + id).path("state").equals("done"));
        List<String> lines = given().get("/v1/batch-scorings/" + id + "/file")
                .asString()
                .lines()
                .toList();

        double online =
                stub.predict(request("u", 1.5, 2_000_000)).getPredictions(0).getPrediction();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(1)).startsWith("u,2000001,1.5," + online + ",1970-01-01 00:00:02,m,1,");
        assertThat(lines.get(2)).startsWith("nobody,2000001,2.5,").contains(",\"[\"\"v:a\"\"]\",{},");
        assertThat(lines.get(3)).startsWith("u,never,3,,").contains(",INVALID_TIMESTAMP,");

        var scorings = BatchScoringServiceGrpc.newBlockingStub(channel());
        Job job = scorings.startBatchScoring(StartBatchScoringRequest.newBuilder()
                        .setPipeline("p")
                        .setInline(ByteString.copyFromUtf8(CSV))
                        .setRowFormat(BatchFileFormat.BATCH_FILE_FORMAT_CSV)
                        .setFormat(BatchFileFormat.BATCH_FILE_FORMAT_CSV)
                        .build())
                .getJob();
        var jobs = JobServiceGrpc.newBlockingStub(channel());
        var last = new ArrayList<Job>();
        jobs.watchJob(WatchJobRequest.newBuilder().setId(job.getId()).build())
                .forEachRemaining(told -> last.add(told.getJob()));
        assertThat(last.getLast().getState()).isEqualTo(JobState.JOB_STATE_DONE);
        assertThat(last.getLast().getResultMap()).containsEntry("rows", "3").containsEntry("invalid", "1");
        var content = new StringBuilder();
        scorings.readBatchScoring(ReadBatchScoringRequest.newBuilder()
                        .setJobId(job.getId())
                        .build())
                .forEachRemaining(part -> content.append(part.getContent().toString(StandardCharsets.UTF_8)));
        assertThat(content.toString().lines().toList()).isEqualTo(lines);
        assertThat(jobs.listJobs(ListJobsRequest.newBuilder()
                                .setKind("batch-scoring")
                                .build())
                        .getJobsList())
                .extracting(Job::getId)
                .contains(id, job.getId());
        refused(
                given().contentType("application/json")
                        .body(Map.of("pipeline", "none", "csv", CSV))
                        .post("/v1/batch-scorings")
                        .then(),
                404,
                "PIPELINE_NOT_FOUND");
    }

    @Test
    void aPlanIsReplayedOverGrpcAndWhatIsWrongWithItIsRefused() {
        var plans = ReplayPlanServiceGrpc.newBlockingStub(channel());
        StartReplayPlanRequest request = StartReplayPlanRequest.newBuilder()
                .setSpanMillis(3_600_000)
                .addModels(ReplayedModel.newBuilder().setName("m").setVersion("1"))
                .build();
        String id = plans.startReplayPlan(request).getJob().getId();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> given().get("/v1/jobs/" + id).path("state").equals("done"));

        GetReplayPlanResponse report = plans.getReplayPlan(
                GetReplayPlanRequest.newBuilder().setJobId(id).build());

        assertThat(report.getPipelinesList()).anySatisfy(pipeline -> {
            assertThat(pipeline.getPipeline()).isEqualTo("p");
            assertThat(pipeline.getFailure()).isEmpty();
            assertThat(pipeline.getReasonsList()).containsExactly("model m is version 1");
        });
        assertThatThrownBy(() -> plans.startReplayPlan(
                        request.toBuilder().setSpanMillis(1).build()))
                .hasMessageContaining("INVALID_ARGUMENT");
        assertThatThrownBy(() -> plans.getReplayPlan(
                        GetReplayPlanRequest.newBuilder().setJobId("none").build()))
                .hasMessageContaining("NOT_FOUND");
    }

    @Test
    void scoringThatIsCancelledOverEitherProtocolEndsAndHasNoFile() {
        features.holdJobs(true);
        try {
            var scorings = BatchScoringServiceGrpc.newBlockingStub(channel());
            var jobs = JobServiceGrpc.newBlockingStub(channel());
            String overRest = given().contentType("application/json")
                    .body(Map.of("pipeline", "p", "csv", CSV))
                    .post("/v1/batch-scorings")
                    .then()
                    .statusCode(200)
                    .extract()
                    .path("id");
            String overGrpc = scorings.startBatchScoring(StartBatchScoringRequest.newBuilder()
                            .setPipeline("p")
                            .setInline(ByteString.copyFromUtf8(CSV))
                            .setRowFormat(BatchFileFormat.BATCH_FILE_FORMAT_CSV)
                            .build())
                    .getJob()
                    .getId();
            await().atMost(Duration.ofSeconds(60))
                    .until(() ->
                            given().get("/v1/jobs/" + overRest).path("state").equals("running"));
            assertThat(refusal(() -> scorings.readBatchScoring(ReadBatchScoringRequest.newBuilder()
                                    .setJobId(overRest)
                                    .build())
                            .forEachRemaining(part -> {})))
                    .startsWith("FAILED_PRECONDITION");

            jobs.cancelJob(CancelJobRequest.newBuilder().setId(overGrpc).build());
            given().post("/v1/jobs/" + overRest + "/cancel").then().statusCode(200);

            for (String id : List.of(overRest, overGrpc)) {
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> given().get("/v1/jobs/" + id).path("state").equals("cancelled"));
                assertThat(given().get("/v1/batch-scorings/" + id + "/file").statusCode())
                        .isGreaterThanOrEqualTo(400);
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> features.cancelledJobs() > 0);
        } finally {
            features.holdJobs(false);
        }
    }

    @Test
    void callsOfEveryProtocolAreLoggedWithTheirAnswers() throws Exception {
        String marker = "user-" + UUID.randomUUID();
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            post("{\"rows\":[{\"user\":\"u\",\"x\":76.25}]}").statusCode(200);
            return metrics().contains("payloads_logged_total{sink=\"topic\"}")
                    && !metrics().contains("payloads_logged_total{sink=\"topic\"} 0.0");
        });
        post("{\"rows\":[{\"user\":\"u\",\"x\":77.25}]}").statusCode(200);
        stub.predict(request("u", 78.25, 2_000_000));
        infer(
                "p",
                marker,
                "{\"name\":\"user\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"u\"]},"
                        + "{\"name\":\"x\",\"datatype\":\"FP64\",\"shape\":[1],\"data\":[79.25]}");
        infer("m", marker + "-m", "{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":[1,80.25]}");
        GRPCInferenceServiceGrpc.newBlockingStub(channel())
                .modelInfer(ModelInferRequest.newBuilder()
                        .setModelName("m")
                        .setId(marker + "-g")
                        .addInputs(ModelInferRequest.InferInputTensor.newBuilder()
                                .setName("input")
                                .setDatatype("FP32")
                                .addAllShape(List.of(1L, 2L))
                                .setContents(InferTensorContents.newBuilder()
                                        .addFp32Contents(1)
                                        .addFp32Contents(82.25f)))
                        .build());
        post("{\"rows\":[{\"user\":\"u\",\"x\":\"81.25\"}]}").statusCode(400);

        List<String> told = told("\"81.25\"");
        assertThat(told).anyMatch(each -> each.contains("\"x\":77.25") && each.contains("\"status\":\"OK\""));
        assertThat(told).anyMatch(each -> each.contains("\"x\":78.25") && each.contains("\"predictions\":[{"));
        assertThat(told).anyMatch(each -> each.contains("\"x\":79.25") && each.contains(marker));
        assertThat(told)
                .anyMatch(each -> each.contains(marker + "-m")
                        && each.contains("\"data\":[1.0,80.25]")
                        && each.contains("\"outputs\":[")
                        && each.contains("\"type\":\"io.millrace.inference.payload\""));
        assertThat(told).anyMatch(each -> each.contains(marker + "-g") && each.contains("\"data\":[1.0,82.25]"));
        assertThat(told)
                .anyMatch(each -> each.contains("\"status\":\"WRONG_TYPE\"") && each.contains("\"response\":null"));
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(inFiles("p", "77.25"))
                .singleElement()
                .asString()
                .contains("\"user\":\"u\"", "| OK |", "\"prediction\":"));
    }

    @Test
    void whatAContractClassifiesIsInNoLogAndWithoutTheContractNothingIs() throws Exception {
        for (String contract : List.of("known", "unknown")) {
            pipelines.apply(List.of(new DefinitionFile("c.yaml", """
                    kind: Pipeline
                    name: c-%1$s
                    input: {topic: predict.in, timestamp: {field: time, unit: us}, contract: {domain: d, name: %1$s}}
                    key: user
                    entity: {user_id: user}
                    request: {x: double}
                    features: ["v:a"]
                    model: {name: m}
                    output: {topic: predict.out}
                    """.formatted(contract))));
        }
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            for (String contract : List.of("unknown", "known")) {
                given().contentType("application/json")
                        .body("{\"rows\":[{\"user\":\"classified-" + contract + "\",\"x\":90.25}]}")
                        .post("/v1/pipelines/c-" + contract + "/predict");
            }
            assertThat(inFiles("c-known", "90.25")).isNotEmpty();
        });

        assertThat(inFiles("c-known", "")).allMatch(each -> each.contains("\"fields\":{\"x\":90.25}"));
        assertThat(inFiles("c-unknown", "")).isEmpty();
        assertThat(told("90.25")).noneMatch(each -> each.contains("classified-"));
        assertThat(metrics()).containsPattern("payloads_dropped_total\\{reason=\"unclassified\"} [1-9]");
    }

    private static void infer(String model, String id, String inputs) {
        given().contentType("application/json")
                .body("{\"id\":\"" + id + "\",\"inputs\":[" + inputs + "]}")
                .post("/v2/models/" + model + "/infer")
                .then()
                .statusCode(200);
    }

    private static String metrics() {
        return given().port(Integer.parseInt(setting("quarkus.management.test-port")))
                .get("/q/metrics")
                .asString();
    }

    /** What the topic holds, once one record of it has this. */
    private static List<String> told(String last) {
        var told = new ArrayList<String>();
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                TestBroker.bootstrapServers(),
                "group.id",
                UUID.randomUUID().toString(),
                "auto.offset.reset",
                "earliest");
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("millrace.inference.payloads.v1"));
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> told.add(record.value()));
                assertThat(told).anyMatch(each -> each.contains(last));
            });
        }
        return told;
    }

    /** What the Parquet files hold of a name: status, request and response. */
    private static List<String> inFiles(String name, String part) throws SQLException, IOException {
        Path folder = Path.of(setting("millrace.inference.payloads.directory")).resolve("name=" + name);
        if (Files.notExists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            if (files.noneMatch(file -> file.toString().endsWith(".parquet"))) {
                return List.of();
            }
        }
        var found = new ArrayList<String>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT status, request, response FROM read_parquet('" + folder + "/*/*.parquet')")) {
            while (row.next()) {
                String call = "| " + row.getString(1) + " | " + row.getString(2) + " | " + row.getString(3);
                if (call.contains(part)) {
                    found.add(call);
                }
            }
        }
        return found;
    }

    /** One contract, of which a field is classified. */
    @BeforeAll
    static void startRegistry() throws IOException {
        String address = setting("millrace.inference.registry.address");
        registry = Grpc.newServerBuilderForPort(
                        Integer.parseInt(address.split(":", 2)[1]), InsecureServerCredentials.create())
                .addService(new RegistryServiceGrpc.RegistryServiceImplBase() {
                    @Override
                    public void getDataProduct(
                            GetDataProductRequest request, StreamObserver<GetDataProductResponse> answer) {
                        if (!request.getName().equals("known")) {
                            answer.onError(Status.NOT_FOUND.asRuntimeException());
                            return;
                        }
                        answer.onNext(GetDataProductResponse.newBuilder()
                                .setDataProduct(
                                        DataProduct.newBuilder()
                                                .setRevision(1)
                                                .setContractJson(
                                                        "{\"schema\":[{\"name\":\"a\",\"properties\":[{\"name\":\"x\"},{\"name\":\"user\",\"classification\":\"confidential\"}]}]}"))
                                .build());
                        answer.onCompleted();
                    }
                })
                .build()
                .start();
    }

    @AfterAll
    static void stopRegistry() {
        registry.shutdownNow();
    }
}
