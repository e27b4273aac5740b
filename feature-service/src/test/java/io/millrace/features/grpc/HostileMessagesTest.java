package io.millrace.features.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.millrace.features.RealBroker;
import io.millrace.features.app.Views;
import io.millrace.proto.features.v1.ApplyFeatureViewsRequest;
import io.millrace.proto.features.v1.DefinitionFile;
import io.millrace.proto.features.v1.DeleteEntityRequest;
import io.millrace.proto.features.v1.DeletionServiceGrpc;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.PushFeaturesRequest;
import io.millrace.proto.features.v1.RebuildFeatureViewRequest;
import io.millrace.proto.features.v1.RetireFeatureViewRequest;
import io.millrace.proto.features.v1.RowFormat;
import io.millrace.proto.features.v1.SearchVectorsRequest;
import io.millrace.proto.features.v1.StartTrainingSetRequest;
import io.millrace.proto.features.v1.StoreServiceGrpc;
import io.millrace.proto.features.v1.TrainingSetServiceGrpc;
import io.millrace.proto.features.v1.VectorServiceGrpc;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Cases 26, 27 and 28 of what the services are held to, at the gRPC door: bytes that are sent to do harm cost a status, not memory. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class HostileMessagesTest extends ServiceUnderTest {
    private static final List<String> NAMES = List.of(
            "../../etc/passwd", "%2e%2e", "a\0b", "*", "a\"b", "user\u202Ereversed", "User", "u".repeat(100_000));

    /** The read's method for bytes as they are. */
    private static final MethodDescriptor<byte[], byte[]> READ =
            FeatureServiceGrpc.getGetOnlineFeaturesMethod().toBuilder(new RawMessages(), new RawMessages())
                    .build();

    private Status send(byte[] message, CallOptions options) {
        return refusal(() -> ClientCalls.blockingUnaryCall(
                        channel, READ, options.withDeadlineAfter(60, TimeUnit.SECONDS), message))
                .getStatus();
    }

    private static StatusRuntimeException refusal(Runnable call) {
        return Objects.requireNonNull(catchThrowableOfType(StatusRuntimeException.class, call::run));
    }

    /** A field that the message does not have, as a group in a group in a group. */
    private static byte[] nestedGroups(int depth) throws IOException {
        var bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        for (int i = 0; i < depth; i++) {
            out.writeTag(1_000, 3);
        }
        for (int i = 0; i < depth; i++) {
            out.writeTag(1_000, 4);
        }
        out.flush();
        return bytes.toByteArray();
    }

    private static byte[] unknownField(int length) {
        var bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeTag(1_000, 2);
            out.writeUInt32NoTag(length);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Test
    void groupsNestedBeyondWhatIsReadAreRefused() throws IOException {
        for (int depth : List.of(101, 100_000)) {
            assertThat(send(nestedGroups(depth), CallOptions.DEFAULT).getCode())
                    .as("depth " + depth)
                    .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        }
        assertThat(send(new byte[] {(byte) 0xff, (byte) 0xff, 1}, CallOptions.DEFAULT)
                        .getCode())
                .as("no protobuf at all")
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        stillAnswers();
    }

    @Test
    void aMessageOverTheLimitIsRefused() {
        assertThat(send(new byte[(32 << 20) + 1], CallOptions.DEFAULT).getCode())
                .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        stillAnswers();
    }

    @Test
    void aGzipBombIsRefusedBeforeItIsUnpacked() {
        byte[] zeros = new byte[48 << 20];
        // One field of bytes that the message does not have, all the rest long.
        byte[] head = unknownField(zeros.length - 16);
        System.arraycopy(head, 0, zeros, 0, head.length);

        List<Status.Code> codes = IntStream.range(0, 2)
                .mapToObj(_ ->
                        send(zeros, CallOptions.DEFAULT.withCompression("gzip")).getCode())
                .toList();

        assertThat(codes).containsOnly(Status.Code.RESOURCE_EXHAUSTED);
        stillAnswers();
    }

    private void stillAnswers() {
        StatusRuntimeException answer = refusal(() -> features.getOnlineFeatures(GetOnlineFeaturesRequest.newBuilder()
                .addFeatures("nothing_of_the_kind:x")
                .build()));
        assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    }

    @Test
    void definitionsThatAreBombsAreRefused() {
        String deep = "kind: " + "[".repeat(10_000) + "]".repeat(10_000) + "\n";
        for (String yaml : List.of(deep, "a: &a [*a]\n", "kind: !!java.net.URL [\"http://127.0.0.1/\"]\n")) {
            StatusRuntimeException refusal =
                    refusal(() -> features.applyFeatureViews(ApplyFeatureViewsRequest.newBuilder()
                            .addFiles(DefinitionFile.newBuilder()
                                    .setPath("bomb.yaml")
                                    .setContent(yaml))
                            .build()));

            assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(reason(refusal)).isEqualTo("INVALID_DEFINITION");
        }
    }

    @Test
    void namesThatNothingCanHaveAreRefusedWhereverTheyStand() {
        apply(Views.activity(name, "v1", topic));
        for (String hostile : NAMES) {
            refusedName(() -> features.getOnlineFeatures(
                    read().addFeatures(hostile + ":x").build()));
            refusedName(() -> features.getOnlineFeatures(
                    read().addFeatures(name + ":" + hostile).build()));
            refusedName(() ->
                    features.getOnlineFeatures(read().setFeatureService(hostile).build()));
            refusedName(() -> features.pushFeatures(PushFeaturesRequest.newBuilder()
                    .setView(hostile)
                    .addEventTimeMicros(1)
                    .build()));
            refusedName(() -> features.retireFeatureView(RetireFeatureViewRequest.newBuilder()
                    .setName(hostile)
                    .setVersion("v1")
                    .build()));
            refusedName(() -> VectorServiceGrpc.newBlockingStub(channel)
                    .searchVectors(SearchVectorsRequest.newBuilder()
                            .setFeature(hostile + ":embedding")
                            .addQuery(1)
                            .setLimit(1)
                            .build()));
            refusedName(() -> StoreServiceGrpc.newBlockingStub(channel)
                    .rebuildFeatureView(RebuildFeatureViewRequest.newBuilder()
                            .setView(hostile)
                            .build()));
            refusedName(() -> DeletionServiceGrpc.newBlockingStub(channel)
                    .deleteEntity(DeleteEntityRequest.newBuilder()
                            .setEntity(hostile)
                            .putKey("user_id", number(1))
                            .build()));
            refusedName(() -> TrainingSetServiceGrpc.newBlockingStub(channel)
                    .startTrainingSet(StartTrainingSetRequest.newBuilder()
                            .addFeatures(hostile + ":x")
                            .setInline(ByteString.copyFromUtf8("user_id,event_timestamp\n"))
                            .setRowFormat(RowFormat.ROW_FORMAT_CSV)
                            .build()));
        }
    }

    private static GetOnlineFeaturesRequest.Builder read() {
        return GetOnlineFeaturesRequest.newBuilder().putEntities("user_id", users(1));
    }

    private static void refusedName(Runnable call) {
        StatusRuntimeException refusal = refusal(call);
        assertThat(refusal.getStatus().getCode()).as(refusal.getMessage()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(reason(refusal)).isEqualTo("MALFORMED_NAME");
        assertThat(refusal.getStatus().getDescription()).hasSizeLessThan(600).matches("[\\x20-\\x7e…]*");
    }

    private static String reason(StatusRuntimeException refusal) {
        try {
            return Objects.requireNonNull(StatusProto.fromThrowable(refusal))
                    .getDetails(0)
                    .unpack(ErrorInfo.class)
                    .getReason();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
