package io.millrace.inference.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.proto.oip.DataType;
import io.millrace.proto.oip.GRPCInferenceServiceGrpc;
import io.millrace.proto.oip.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import io.millrace.proto.oip.InferParameter;
import io.millrace.proto.oip.InferTensorContents;
import io.millrace.proto.oip.LogSettingsRequest;
import io.millrace.proto.oip.ModelConfigRequest;
import io.millrace.proto.oip.ModelInferRequest;
import io.millrace.proto.oip.ModelInferRequest.InferInputTensor;
import io.millrace.proto.oip.ModelInferRequest.InferRequestedOutputTensor;
import io.millrace.proto.oip.ModelInferResponse;
import io.millrace.proto.oip.ModelInferResponse.InferOutputTensor;
import io.millrace.proto.oip.ModelMetadataRequest;
import io.millrace.proto.oip.ModelReadyRequest;
import io.millrace.proto.oip.ModelStreamInferResponse;
import io.millrace.proto.oip.RepositoryIndexRequest;
import io.millrace.proto.oip.RepositoryModelLoadRequest;
import io.millrace.proto.oip.RepositoryModelUnloadRequest;
import io.millrace.proto.oip.ServerLiveRequest;
import io.millrace.proto.oip.ServerMetadataRequest;
import io.millrace.proto.oip.ServerReadyRequest;
import io.millrace.proto.oip.TraceSettingRequest;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Open Inference Protocol v2 with Triton's extensions over gRPC. */
@QuarkusTest
@TestProfile(PredictingService.Settings.class)
class OipGrpcTest extends PredictingService {
    private ManagedChannel connection;
    private GRPCInferenceServiceBlockingStub oip;

    @BeforeEach
    void connect() {
        ModelFiles.publish(models, "raw", "1", OnnxModels.linear(0.5, 1, 10), "");
        catalog.load("raw");
        connection = Grpc.newChannelBuilder(
                        "127.0.0.1:" + setting("quarkus.grpc.server.test-port"), InsecureChannelCredentials.create())
                .build();
        oip = GRPCInferenceServiceGrpc.newBlockingStub(connection).withDeadlineAfter(Duration.ofSeconds(20));
    }

    @AfterEach
    void disconnect() {
        connection.shutdownNow();
    }

    @Test
    void serverAndModelsSayWhatTheyAre() {
        assertThat(oip.serverLive(ServerLiveRequest.getDefaultInstance()).getLive())
                .isTrue();
        assertThat(oip.serverReady(ServerReadyRequest.getDefaultInstance()).getReady())
                .isTrue();
        assertThat(oip.serverMetadata(ServerMetadataRequest.getDefaultInstance())
                        .getName())
                .isEqualTo("millrace");
        var metadata = oip.modelMetadata(
                ModelMetadataRequest.newBuilder().setName("raw").build());
        assertThat(metadata.getVersionsList()).containsExactly("1");
        assertThat(metadata.getPlatform()).isEqualTo("onnxruntime_onnx");
        assertThat(metadata.getInputs(0).getDatatype()).isEqualTo("FP32");
        assertThat(metadata.getInputs(0).getShapeList()).containsExactly(-1L, 2L);
        var config = oip.modelConfig(
                        ModelConfigRequest.newBuilder().setName("raw").build())
                .getConfig();
        assertThat(config.getMaxBatchSize()).isEqualTo(10_000);
        assertThat(config.getInput(0).getDataType()).isEqualTo(DataType.TYPE_FP32);
        assertThat(config.getInput(0).getDimsList()).containsExactly(2L);
        assertThat(oip.modelReady(ModelReadyRequest.newBuilder().setName("p").build())
                        .getReady())
                .isTrue();
    }

    @Test
    void rawAndTypedContentsGiveTheSameRawAnswer() {
        ModelInferResponse expected = ModelInferResponse.newBuilder()
                .setModelName("raw")
                .setModelVersion("1")
                .setId("7")
                .putParameters(
                        "trace", InferParameter.newBuilder().setStringParam("x").build())
                .addOutputs(InferOutputTensor.newBuilder()
                        .setName("output")
                        .setDatatype("FP32")
                        .addAllShape(List.of(2L, 1L)))
                .addRawOutputContents(floats(21.5f, 43.5f))
                .build();
        assertThat(oip.modelInfer(
                        request().addRawInputContents(floats(1, 2, 3, 4)).build()))
                .isEqualTo(expected);
        var typed = request();
        typed.getInputsBuilder(0)
                .setContents(InferTensorContents.newBuilder().addAllFp32Contents(List.of(1f, 2f, 3f, 4f)));
        assertThat(oip.modelInfer(typed.build())).isEqualTo(expected);
    }

    @Test
    void contentsThatDoNotFitAreRefused() {
        var both = request().addRawInputContents(floats(1, 2, 3, 4));
        both.getInputsBuilder(0).setContents(InferTensorContents.newBuilder().addFp32Contents(1));
        invalid(both);
        invalid(request().addRawInputContents(floats(1, 2, 3)));
        invalid(request());
        invalid(request().addRawInputContents(floats(1, 2, 3, 4)).addRawInputContents(floats(1)));
        var other = request();
        other.getInputsBuilder(0)
                .setContents(InferTensorContents.newBuilder().addAllFp64Contents(List.of(1d, 2d, 3d, 4d)));
        invalid(other);
        var unknown = request().addRawInputContents(floats(1, 2, 3, 4));
        unknown.getInputsBuilder(0).setDatatype("FLOAT");
        invalid(unknown);
        var output = request().addRawInputContents(floats(1, 2, 3, 4));
        output.addOutputs(InferRequestedOutputTensor.newBuilder().setName("nothing"));
        invalid(output);
        assertThat(refusal(() -> oip.modelInfer(request()
                        .setModelName("nobody")
                        .addRawInputContents(floats(1, 2, 3, 4))
                        .build())))
                .isEqualTo("NOT_FOUND MODEL_NOT_FOUND");
    }

    @Test
    void aPipelineLooksItsFeaturesUp() {
        ModelInferResponse answer = oip.modelInfer(ModelInferRequest.newBuilder()
                .setModelName("p")
                .addInputs(InferInputTensor.newBuilder()
                        .setName("user")
                        .setDatatype("BYTES")
                        .addShape(1)
                        .setContents(InferTensorContents.newBuilder().addBytesContents(ByteString.copyFromUtf8("u"))))
                .addInputs(InferInputTensor.newBuilder()
                        .setName("x")
                        .setDatatype("FP64")
                        .addShape(1)
                        .setContents(InferTensorContents.newBuilder().addFp64Contents(2.5)))
                .build());
        assertThat(answer.getOutputs(0).getName()).isEqualTo("prediction");
        assertThat(answer.getRawOutputContents(0)
                        .asReadOnlyByteBuffer()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getDouble())
                .isEqualTo(127);
    }

    @Test
    void aStreamAnswersEachRequestInOrderAndOutlivesARefusedOne() throws Exception {
        var answers = new ConcurrentLinkedQueue<ModelStreamInferResponse>();
        var done = new CompletableFuture<Void>();
        StreamObserver<ModelInferRequest> requests = GRPCInferenceServiceGrpc.newStub(connection)
                .withDeadlineAfter(Duration.ofSeconds(20))
                .modelStreamInfer(new StreamObserver<>() {
                    @Override
                    public void onNext(ModelStreamInferResponse answer) {
                        answers.add(answer);
                    }

                    @Override
                    public void onError(Throwable thrown) {
                        done.completeExceptionally(thrown);
                    }

                    @Override
                    public void onCompleted() {
                        done.complete(null);
                    }
                });
        for (int i = 0; i < 50; i++) {
            var request = request().setId("r" + i);
            requests.onNext((i == 20 ? request : request.addRawInputContents(floats(i, 0, 0, 0))).build());
        }
        requests.onCompleted();
        done.get();
        assertThat(answers)
                .extracting(answer -> answer.getInferResponse().getId())
                .containsExactlyElementsOf(java.util.stream.IntStream.range(0, 50)
                        .mapToObj(i -> "r" + i)
                        .toList());
        int at = 0;
        for (ModelStreamInferResponse answer : answers) {
            if (at == 20) {
                assertThat(answer.getErrorMessage()).contains("its shape [2, 2] has 4");
            } else {
                assertThat(answer.getErrorMessage()).isEmpty();
                assertThat(answer.getInferResponse().getRawOutputContents(0)).isEqualTo(floats(at + 0.5f, 0.5f));
            }
            at++;
        }
    }

    @Test
    void modelsAreListedUnloadedAndLoaded() {
        oip.repositoryModelUnload(
                RepositoryModelUnloadRequest.newBuilder().setModelName("raw").build());
        assertThat(oip.repositoryIndex(RepositoryIndexRequest.getDefaultInstance())
                        .getModelsList())
                .anySatisfy(model -> {
                    assertThat(model.getName()).isEqualTo("raw");
                    assertThat(model.getState()).isEqualTo("UNAVAILABLE");
                    assertThat(model.getReason()).isEqualTo("unloaded");
                });
        assertThat(refusal(() -> oip.modelInfer(
                        request().addRawInputContents(floats(1, 2, 3, 4)).build())))
                .isEqualTo("UNAVAILABLE MODEL_UNAVAILABLE");
        oip.repositoryModelLoad(
                RepositoryModelLoadRequest.newBuilder().setModelName("raw").build());
        assertThat(oip.repositoryIndex(RepositoryIndexRequest.newBuilder()
                                .setReady(true)
                                .build())
                        .getModelsList())
                .anySatisfy(model -> assertThat(model.getName()).isEqualTo("raw"));
    }

    @Test
    void messagesMayBeCompressedInEitherWay() {
        Codec deflate = new Codec() {
            @Override
            public String getMessageEncoding() {
                return "deflate";
            }

            @Override
            public InputStream decompress(InputStream compressed) {
                return new InflaterInputStream(compressed);
            }

            @Override
            public OutputStream compress(OutputStream plain) {
                return new DeflaterOutputStream(plain);
            }
        };
        var compressors = CompressorRegistry.getDefaultInstance();
        compressors.register(deflate);
        for (String compression : List.of("gzip", "deflate")) {
            assertThat(oip.withCompression(compression)
                            .modelInfer(request()
                                    .addRawInputContents(floats(1, 2, 3, 4))
                                    .build())
                            .getRawOutputContents(0))
                    .as(compression)
                    .isEqualTo(floats(21.5f, 43.5f));
        }
    }

    @Test
    void traceAndLogSettingsAreSaidAndNotTaken() {
        assertThat(oip.traceSetting(TraceSettingRequest.newBuilder()
                                .setModelName("raw")
                                .build())
                        .getSettingsOrThrow("trace_level")
                        .getValueList())
                .containsExactly("OFF");
        assertThat(oip.logSettings(LogSettingsRequest.getDefaultInstance())
                        .getSettingsOrThrow("log_info")
                        .getBoolParam())
                .isTrue();
        assertThat(refusal(() -> oip.traceSetting(TraceSettingRequest.newBuilder()
                        .putSettings("trace_rate", TraceSettingRequest.SettingValue.getDefaultInstance())
                        .build())))
                .isEqualTo("UNIMPLEMENTED NOT_OFFERED");
        assertThat(refusal(() -> oip.logSettings(LogSettingsRequest.newBuilder()
                        .putSettings("log_info", LogSettingsRequest.SettingValue.getDefaultInstance())
                        .build())))
                .isEqualTo("UNIMPLEMENTED NOT_OFFERED");
        assertThat(refusal(() -> oip.traceSetting(
                        TraceSettingRequest.newBuilder().setModelName("nobody").build())))
                .isEqualTo("NOT_FOUND MODEL_NOT_FOUND");
    }

    private void invalid(ModelInferRequest.Builder request) {
        assertThat(refusal(() -> oip.modelInfer(request.build()))).isEqualTo("INVALID_ARGUMENT INVALID_TENSOR");
    }

    private static ModelInferRequest.Builder request() {
        return ModelInferRequest.newBuilder()
                .setModelName("raw")
                .setId("7")
                .putParameters(
                        "trace", InferParameter.newBuilder().setStringParam("x").build())
                .addInputs(InferInputTensor.newBuilder()
                        .setName("input")
                        .setDatatype("FP32")
                        .addAllShape(List.of(2L, 2L)));
    }

    private static ByteString floats(float... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            data.putFloat(value);
        }
        return ByteString.copyFrom(data.flip());
    }
}
