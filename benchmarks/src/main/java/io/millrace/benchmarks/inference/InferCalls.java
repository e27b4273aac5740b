package io.millrace.benchmarks.inference;

import com.google.protobuf.ByteString;
import io.millrace.benchmarks.features.ServerProcess;
import io.millrace.benchmarks.load.GrpcTarget;
import io.millrace.benchmarks.load.HttpTarget;
import io.millrace.benchmarks.load.SocketTarget;
import io.millrace.proto.oip.GRPCInferenceServiceGrpc;
import io.millrace.proto.oip.ModelInferRequest;
import io.millrace.proto.oip.ModelInferResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Calls for inference that are encoded already, with raw tensors over gRPC and binary ones over HTTP, as tritonclient sends them. */
final class InferCalls {
    private static final String METHOD = "inference.GRPCInferenceService/ModelInfer";
    private static final String JSON_LENGTH = "Inference-Header-Content-Length";
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final int REQUESTS = 64;

    private final String model;
    private final int rows;
    private final String json;
    private final List<byte[]> tensors = new ArrayList<>();

    InferCalls(BenchModel network, String model, int rows) {
        this.model = model;
        this.rows = rows;
        var random = new Random(3);
        int bytes = rows * network.columns() * Float.BYTES;
        this.json = """
                {"inputs":[{"name":"%s","shape":[%d,%d],"datatype":"FP32","parameters":{"binary_data_size":%d}}],\
                "outputs":[{"name":"output","parameters":{"binary_data":true}}]}""".formatted(BenchModel.INPUT, rows, network.columns(), bytes);
        for (int i = 0; i < REQUESTS; i++) {
            tensors.add(network.rows(rows, random));
        }
    }

    GrpcTarget overGrpc(ServerProcess server, int connections) {
        return overGrpc(server, connections, DEADLINE);
    }

    GrpcTarget overGrpc(ServerProcess server, int connections, Duration deadline) {
        List<byte[]> requests = tensors.stream()
                .map(this::request)
                .map(ModelInferRequest::toByteArray)
                .toList();
        return new GrpcTarget(server.grpcPort(), METHOD, requests, connections, deadline);
    }

    HttpTarget overHttp(ServerProcess server) {
        return new HttpTarget(uri(server), bodies(), DEADLINE, headers());
    }

    /** The same at less cost for who calls. */
    SocketTarget overSockets(ServerProcess server, Duration deadline) {
        return new SocketTarget(uri(server), bodies(), deadline, headers());
    }

    private URI uri(ServerProcess server) {
        return server.uri("/v2/models/" + model + "/infer");
    }

    private List<byte[]> bodies() {
        byte[] head = json.getBytes(StandardCharsets.UTF_8);
        return tensors.stream().map(data -> together(head, data)).toList();
    }

    private Map<String, String> headers() {
        return Map.of(
                "Content-Type",
                "application/octet-stream",
                JSON_LENGTH,
                Integer.toString(json.getBytes(StandardCharsets.UTF_8).length));
    }

    /** Gives the echo the answers that the service gives. */
    void teach(ServerProcess service, ServerProcess echo) {
        ModelInferResponse answer =
                GRPCInferenceServiceGrpc.newBlockingStub(service.channel()).modelInfer(request(tensors.getFirst()));
        if (answer.getOutputs(0).getShape(0) != rows) {
            throw new IllegalStateException("not " + rows + " rows: " + answer);
        }
        echo.send("PUT", "/prebuilt/infer", answer.toByteArray());
    }

    private ModelInferRequest request(byte[] data) {
        return ModelInferRequest.newBuilder()
                .setModelName(model)
                .addInputs(ModelInferRequest.InferInputTensor.newBuilder()
                        .setName(BenchModel.INPUT)
                        .setDatatype("FP32")
                        .addShape(rows)
                        .addShape(data.length / Float.BYTES / rows))
                .addRawInputContents(ByteString.copyFrom(data))
                .build();
    }

    private static byte[] together(byte[] head, byte[] data) {
        byte[] whole = new byte[head.length + data.length];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(data, 0, whole, head.length, data.length);
        return whole;
    }
}
