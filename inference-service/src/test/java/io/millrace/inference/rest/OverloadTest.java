package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import com.google.rpc.RetryInfo;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.millrace.inference.app.Admission;
import io.millrace.inference.app.ModelCatalog.Tallied;
import io.millrace.inference.app.ModelTally.Failure;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.proto.oip.GRPCInferenceServiceGrpc;
import io.millrace.proto.oip.ModelInferRequest;
import io.millrace.proto.oip.ModelInferRequest.InferInputTensor;
import io.millrace.proto.oip.ModelInferResponse;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of calls that are too many, and of those whose callers hang up, at the wire. */
@QuarkusTest
@TestProfile(PredictingService.Settings.class)
class OverloadTest extends PredictingService {
    private static final int WIDTH = 768;
    private static final int MANY_ROWS = 10_000;
    private static final int HOLDERS = 4;
    private static final int FEW_ROWS = 7;
    private static final int ADMITTED = 512;
    private static final AtomicInteger COUNT = new AtomicInteger();

    @Inject
    Admission admission;

    private final String slow = "slow" + COUNT.incrementAndGet();
    private ManagedChannel connection;

    @BeforeEach
    void publishASlowModel() {
        ModelFiles.publish(models, slow, "1", slow(), "concurrency: 1\n");
        catalog.load(slow);
        connection = Grpc.newChannelBuilder(
                        "127.0.0.1:" + setting("quarkus.grpc.server.test-port"), InsecureChannelCredentials.create())
                .build();
    }

    @AfterEach
    void removeIt() {
        connection.shutdownNow();
        ModelFiles.delete(models.resolve(slow).resolve("1"));
        catalog.refresh();
    }

    @Test
    void aCallThatIsCancelledOverGrpcWhileItWaitsIsNeverScored() {
        keepBusy();
        ListenableFuture<ModelInferResponse> few = infer(FEW_ROWS);
        until(() -> arrived() >= HOLDERS + 1);
        few.cancel(true);

        until(() -> cancelled() == 1);
        assertThatFewWereNotScored();
    }

    @Test
    void aCallWhoseHttpConnectionIsClosedWhileItWaitsIsNeverScored() throws IOException {
        keepBusy();
        try (var socket = new Socket("127.0.0.1", RestAssured.port)) {
            byte[] body = """
                    {"inputs":[{"name":"input","datatype":"FP32","shape":[%d,2],"data":%s}]}""".formatted(FEW_ROWS, Arrays.toString(new float[FEW_ROWS * 2]))
                    .getBytes(StandardCharsets.UTF_8);
            String head = "POST /v2/models/" + slow + "/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                    + body.length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(body);
            until(() -> arrived() >= HOLDERS + 1);
        }

        until(() -> cancelled() == 1);
        assertThatFewWereNotScored();
    }

    @Test
    void oneMoreThanTheServiceTakesIsRefusedAtTheDoorWithAWordOnWhenToComeAgain() throws Exception {
        byte[] large = ("{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":[1,2]}]}"
                        + " ".repeat(3_000_000))
                .getBytes(StandardCharsets.UTF_8);
        var stays = new ArrayList<Admission.Stay>();
        try (var http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (int i = 0; i < ADMITTED; i++) {
                stays.add(admission.enter());
            }
            StatusRuntimeException refused = Assertions.catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> GRPCInferenceServiceGrpc.newBlockingStub(connection).modelInfer(request(FEW_ROWS)));
            assertThat(StatusProto.fromThrowable(refused).getDetailsList())
                    .anyMatch(detail -> detail.is(RetryInfo.class));
            assertThat(refusal(() ->
                            GRPCInferenceServiceGrpc.newBlockingStub(connection).modelInfer(request(FEW_ROWS))))
                    .isEqualTo("RESOURCE_EXHAUSTED BUSY");
            assertThat(refusal(() -> stub.predict(request("u", 1, 0)))).isEqualTo("RESOURCE_EXHAUSTED BUSY");
            refused(post("{\"rows\":[{\"user\":\"u\",\"x\":2.5}]}"), 429, "BUSY");
            for (int i = 0; i < 3; i++) {
                HttpResponse<String> answer = http.send(infer(large), BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(answer.body()).startsWith("{\"error\":\"512 requests are under way");
                assertThat(answer.headers().firstValue("Retry-After")).contains("1");
            }
            given().get("/v2/models/" + slow + "/ready").then().statusCode(200);
            stays.forEach(Admission.Stay::close);
            assertThat(http.send(infer(large), BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        } finally {
            stays.forEach(Admission.Stay::close);
        }
    }

    @Test
    void aCallOfAModelWhoseQueueIsFullIsRefusedUnreadAndCountedWhileOthersAreAnswered() {
        String full = "full" + COUNT.incrementAndGet();
        ModelFiles.publish(models, full, "1", slow(), "concurrency: 1\nqueue: {max-size: 1}\n");
        catalog.load(full);
        try {
            ModelInferRequest wrong = request(FEW_ROWS).toBuilder()
                    .setModelName(full)
                    .setRawInputContents(0, ByteString.EMPTY)
                    .build();
            assertThat(refusedWith(wrong)).isEqualTo("INVALID_ARGUMENT INVALID_TENSOR");

            until(() -> {
                fill(full);
                return refusedWith(wrong).equals("RESOURCE_EXHAUSTED BUSY");
            });
            until(() -> {
                fill(full);
                return given().body("no JSON")
                                .post("/v2/models/" + full + "/infer")
                                .statusCode()
                        == 503;
            });
            until(() -> {
                fill(full);
                return given().body("no JSON")
                        .post("/v2/models/" + full + "/versions/1/infer")
                        .body()
                        .asString()
                        .startsWith("{\"error\":\"as many calls of the model wait as may");
            });
            assertThat(tallied(full).tally().failure(Failure.REJECTED).count()).isGreaterThanOrEqualTo(3);
            given().body("no JSON").post("/v2/models/" + slow + "/infer").then().statusCode(400);
            assertThat(GRPCInferenceServiceGrpc.newBlockingStub(connection)
                            .modelInfer(request(FEW_ROWS))
                            .getModelName())
                    .isEqualTo(slow);
        } finally {
            ModelFiles.delete(models.resolve(full).resolve("1"));
            catalog.refresh();
        }
    }

    private String refusedWith(ModelInferRequest request) {
        return refusal(
                () -> GRPCInferenceServiceGrpc.newBlockingStub(connection).modelInfer(request));
    }

    /** One that runs and one that waits, where nobody does. */
    private void fill(String model) {
        for (int i = 0; i < 2; i++) {
            var sent = GRPCInferenceServiceGrpc.newFutureStub(connection)
                    .withDeadlineAfter(Duration.ofMinutes(1))
                    .modelInfer(
                            request(MANY_ROWS).toBuilder().setModelName(model).build());
            assertThat(sent).isNotNull();
        }
    }

    @Test
    void whoeverWasAnsweredRefusedOrHungUpHasLeftAgain() {
        infer(FEW_ROWS);
        infer(FEW_ROWS).cancel(true);
        assertThat(refusal(() -> stub.predict(
                        request("u", 1, -1).toBuilder().setPipeline("nobody").build())))
                .isEqualTo("NOT_FOUND PIPELINE_NOT_FOUND");
        post("{\"rows\":[{\"user\":\"u\",\"x\":2.5}]}").statusCode(200);
        post("no JSON").statusCode(400);
        given().body("{}").post("/v2/models/" + slow + "/infer").then().statusCode(400);

        until(() -> {
            var stays = new ArrayList<Admission.Stay>();
            try {
                for (int i = 0; i < ADMITTED; i++) {
                    stays.add(admission.enter());
                }
                return true;
            } catch (io.millrace.gate.Refusal notYet) {
                return false;
            } finally {
                stays.forEach(Admission.Stay::close);
            }
        });
    }

    /** A run is under way, and others wait, each of which takes the model for long; how many. */
    private void keepBusy() {
        for (int i = 0; i < HOLDERS; i++) {
            infer(MANY_ROWS);
        }
        until(() -> arrived() >= HOLDERS);
    }

    /** Once everything is over. */
    private void assertThatFewWereNotScored() {
        until(() -> pending() == 0);
        given().body("{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":[1,2]}]}")
                .post("/v2/models/" + slow + "/infer")
                .then()
                .statusCode(200);
        assertThat(tallied().tally().rows() % MANY_ROWS).isEqualTo(1);
    }

    private long cancelled() {
        return tallied().tally().failure(Failure.CANCELED).count();
    }

    private ListenableFuture<ModelInferResponse> infer(int rows) {
        return GRPCInferenceServiceGrpc.newFutureStub(connection)
                .withDeadlineAfter(Duration.ofMinutes(1))
                .modelInfer(request(rows));
    }

    private HttpRequest infer(byte[] body) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + RestAssured.port + "/v2/models/" + slow + "/infer"))
                .POST(BodyPublishers.ofByteArray(body))
                .build();
    }

    private ModelInferRequest request(int rows) {
        return ModelInferRequest.newBuilder()
                .setModelName(slow)
                .addInputs(InferInputTensor.newBuilder()
                        .setName("input")
                        .setDatatype("FP32")
                        .addAllShape(List.of((long) rows, 2L)))
                .addRawInputContents(ByteString.copyFrom(new byte[rows * 2 * Float.BYTES]))
                .build();
    }

    private int pending() {
        return tallied().pending();
    }

    /** Calls that have come to the model, of which one is under way. */
    private long arrived() {
        Tallied model = tallied();
        return model.tally().runs() + model.tally().failure().count() + model.pending() + 1;
    }

    private Tallied tallied() {
        return tallied(slow);
    }

    private Tallied tallied(String name) {
        return catalog.tallies().stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void until(BooleanSupplier so) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(so::getAsBoolean);
    }

    /** Two wide layers: a call of many rows takes the model for a good part of a second, on any machine. */
    private static ModelProto slow() {
        var graph = GraphProto.newBuilder()
                .setName("slow")
                .addInput(OnnxModels.value("input", DataType.FLOAT, -1, 2))
                .addInitializer(
                        OnnxModels.tensor("wide", DataType.FLOAT, List.of(2L, (long) WIDTH), new double[2 * WIDTH]))
                .addInitializer(OnnxModels.tensor(
                        "deep", DataType.FLOAT, List.of((long) WIDTH, (long) WIDTH), new double[WIDTH * WIDTH]))
                .addNode(OnnxModels.node("MatMul", "a", "input", "wide"))
                .addNode(OnnxModels.node("MatMul", "b", "a", "deep"))
                .addNode(OnnxModels.node("Relu", "c", "b"))
                .addNode(OnnxModels.node("MatMul", "d", "c", "deep"))
                .addInitializer(
                        OnnxModels.tensor("narrow", DataType.FLOAT, List.of((long) WIDTH, 1L), new double[WIDTH]))
                .addNode(OnnxModels.node("MatMul", "output", "d", "narrow"))
                .addOutput(OnnxModels.value("output", DataType.FLOAT, -1, 1));
        return OnnxModels.model(graph.build());
    }
}
