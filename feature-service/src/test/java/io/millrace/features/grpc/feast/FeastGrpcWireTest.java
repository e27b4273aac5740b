package io.millrace.features.grpc.feast;

import static io.millrace.features.grpc.feast.Wire.message;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.millrace.features.RealBroker;
import io.millrace.features.grpc.RawMessages;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Feast's gRPC services byte for byte, from requests and answers that are written by field numbers. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class FeastGrpcWireTest {
    private static final String SERVING = "feast.serving.ServingService/";
    private static final String SERVER = "GrpcFeatureServer/";
    /** INVALID 0, PRESENT 1, NULL_VALUE 2, NOT_FOUND 3, OUTSIDE_MAX_AGE 4. */
    private static final int PRESENT = 1;

    private static final int NOT_FOUND = 3;
    private static final int OUTSIDE_MAX_AGE = 4;

    private static final String YAML = """
            kind: FeatureView
            name: driver_grpc
            version: v2
            description: how a driver does
            owner: ops@example.org
            entity:
              name: driver
              join_keys:
                - {name: driver_id, type: int64}
            source: {push: true}
            ttl: 3650d
            retention: 400d
            features:
              - {name: conv_rate, type: double}
              - {name: trips, type: int64}
              - {name: active, type: bool}
              - {name: city, type: string}
              - {name: photo, type: bytes}
              - {name: seen, type: timestamp}
            ---
            kind: FeatureView
            name: driver_grpc_lists
            version: v1
            description: what a driver has several of
            owner: ops@example.org
            entity: {name: driver, join_keys: [{name: driver_id, type: int64}]}
            source: {push: true}
            features:
              - {name: photos, type: list<bytes>}
              - {name: tags, type: list<string>}
              - {name: ids, type: list<int64>}
              - {name: scores, type: list<double>}
              - {name: flags, type: list<bool>}
              - {name: days, type: list<timestamp>}
            """;

    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int port;

    private ManagedChannel channel;

    @BeforeEach
    void connect() {
        channel = ManagedChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .build();
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> given().contentType(ContentType.JSON)
                .body(Map.of("files", List.of(Map.of("path", "views.yaml", "content", YAML))))
                .post("/v1/feature-views")
                .then()
                .statusCode(200));
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
    }

    private byte[] call(String method, Wire request) {
        return ClientCalls.blockingUnaryCall(
                channel,
                MethodDescriptor.<byte[], byte[]>newBuilder()
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName(method)
                        .setRequestMarshaller(new RawMessages())
                        .setResponseMarshaller(new RawMessages())
                        .build(),
                CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS),
                request.done());
    }

    private static void assertBytes(byte[] answer, Wire expected) {
        assertThat(HexFormat.of().formatHex(answer)).isEqualTo(HexFormat.of().formatHex(expected.done()));
    }

    private static Wire int64(long value) {
        return message().varint(4, value);
    }

    /** 2026-03-02T09:00:00.123456Z. */
    private static Wire at() {
        return message().varint(1, 1_772_442_000L).varint(2, 123_456_000L);
    }

    private void pushTyped(long driver) {
        Wire push = message()
                .text(2, "driver_grpc")
                .varint(3, 1)
                .text(4, "online_and_offline")
                .entry(5, "driver_id", int64(driver))
                .entry(5, "conv_rate", message().fixed32(6, 0.5f))
                .entry(5, "trips", message().varint(3, 12))
                .entry(5, "active", message().varint(7, 1))
                .entry(5, "city", message().text(2, "Zürich"))
                .entry(5, "photo", message().bytes(1, 0, 1, 255))
                .entry(5, "seen", message().varint(8, 1_772_441_999L))
                .entry(5, "event_timestamp", message().text(2, "2026-03-02T09:00:00.123456"));
        assertBytes(call(SERVER + "Push", push), message().varint(1, 1));
    }

    @Test
    void everyKindOfValueComesBackUnderItsNumber() {
        pushTyped(1);
        Wire names = message();
        for (String feature : List.of("conv_rate", "trips", "active", "city", "photo", "seen")) {
            names.text(1, "driver_grpc:" + feature);
        }
        Wire request = message()
                .message(2, names)
                .entry(3, "driver_id", message().message(1, int64(1)).message(1, int64(99)))
                .entry(
                        3,
                        "unrelated",
                        message().message(1, message()).message(1, message().varint(19, 0)));
        Wire expected = message()
                .message(
                        1,
                        message()
                                .message(
                                        1,
                                        message()
                                                .text(1, "driver_id")
                                                .text(1, "conv_rate")
                                                .text(1, "trips")
                                                .text(1, "active")
                                                .text(1, "city")
                                                .text(1, "photo")
                                                .text(1, "seen")))
                .message(
                        2,
                        message()
                                .message(1, int64(1))
                                .message(1, int64(99))
                                .packed(2, PRESENT, PRESENT)
                                .message(3, message())
                                .message(3, message()));
        for (Wire value : List.of(
                message().fixed64(5, 0.5),
                int64(12),
                message().varint(7, 1),
                message().text(2, "Zürich"),
                message().bytes(1, 0, 1, 255),
                message().varint(8, 1_772_441_999L))) {
            expected.message(
                    2,
                    message()
                            .message(1, value)
                            .message(1, message())
                            .packed(2, PRESENT, NOT_FOUND)
                            .message(3, at())
                            .message(3, message()));
        }

        assertBytes(call(SERVING + "GetOnlineFeatures", request), expected);
        assertBytes(call(SERVER + "GetOnlineFeatures", request), expected);
    }

    @Test
    void aRowOfTextIsWrittenAndItsNullIsPresentWithoutAKind() {
        Wire write = message()
                .text(2, "driver_grpc")
                .varint(3, 1)
                .entry(4, "driver_id", int64(2))
                .entry(4, "conv_rate", message())
                .entry(4, "trips", message().varint(19, 0))
                .entry(4, "active", message())
                .entry(4, "city", message())
                .entry(4, "photo", message())
                .entry(4, "seen", message())
                .entry(4, "event_timestamp", message().varint(8, 1_000_000_000L));
        Wire newer = message()
                .entry(1, "driver_id", "3")
                .entry(1, "conv_rate", "0.25")
                .entry(1, "trips", "7")
                .entry(1, "active", "true")
                .entry(1, "city", "Bern")
                .entry(1, "photo", "AAH/")
                .entry(1, "seen", "2026-03-02T08:00:00Z")
                .entry(1, "event_timestamp", "2026-03-02 09:00:00.123456")
                .text(2, "driver_grpc");

        assertBytes(call(SERVER + "WriteToOnlineStore", write), message().varint(1, 1));
        assertBytes(call(SERVER + "WriteToOnlineStore", newer), message().varint(1, 1));

        Wire request = message()
                .message(2, message().text(1, "driver_grpc@v2:trips"))
                .entry(
                        3,
                        "driver_id",
                        message().message(1, int64(2)).message(1, message().text(2, "3")))
                .varint(4, 1)
                .varint(6, 1);
        assertBytes(
                call(SERVING + "GetOnlineFeatures", request),
                message()
                        .message(
                                1,
                                message()
                                        .message(
                                                1,
                                                message().text(1, "driver_id").text(1, "driver_grpc@v2__trips"))
                                        .message(
                                                2,
                                                message().text(1, "driver_grpc").varint(2, 2)))
                        .message(
                                2,
                                message()
                                        .message(1, int64(2))
                                        .message(1, int64(3))
                                        .packed(2, PRESENT, PRESENT)
                                        .message(3, message())
                                        .message(3, message()))
                        .message(
                                2,
                                message()
                                        .message(1, message())
                                        .message(1, int64(7))
                                        .packed(2, OUTSIDE_MAX_AGE, PRESENT)
                                        .message(3, message().varint(1, 1_000_000_000L))
                                        .message(3, at())));
    }

    @Test
    void everyKindOfListComesBackUnderItsNumber() {
        Map<String, Wire> values = new LinkedHashMap<>();
        values.put("photos", message().message(11, message().bytes(1, 0, 255).bytes(1, 7)));
        values.put("tags", message().message(12, message().text(1, "a").text(1, "b")));
        values.put("ids", message().message(14, message().bytes(1, 5, 6)));
        values.put("scores", message().message(15, message().bytes(1, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f)));
        values.put("flags", message().message(17, message().bytes(1, 1, 0)));
        values.put("days", message().message(18, message().bytes(1, 60)));
        Wire push = message().text(2, "driver_grpc_lists").text(4, "online").entry(5, "driver_id", int64(1));
        push.entry(5, "event_timestamp", message().text(2, "2026-03-02T09:00:00.123456Z"));
        Wire references = message();
        Wire names = message().text(1, "driver_id");
        Wire expected = message();
        Wire columns = message();
        values.forEach((name, value) -> {
            push.entry(5, name, value);
            references.text(1, "driver_grpc_lists:" + name);
            names.text(1, name);
            columns.message(2, message().message(1, value).packed(2, PRESENT).message(3, at()));
        });
        assertBytes(call(SERVER + "Push", push), message().varint(1, 1));

        byte[] answer = call(
                SERVING + "GetOnlineFeatures",
                message().message(2, references).entry(3, "driver_id", column(int64(1))));

        expected.message(1, message().message(1, names))
                .message(2, message().message(1, int64(1)).packed(2, PRESENT).message(3, message()));
        String hex = HexFormat.of().formatHex(expected.done()) + HexFormat.of().formatHex(columns.done());
        assertThat(HexFormat.of().formatHex(answer)).isEqualTo(hex);
    }

    @Test
    void aColumnOfTheRequestContextCountsAsOneOfTheEntities() {
        pushTyped(4);
        byte[] answer = call(SERVING + "GetOnlineFeatures", trips().entry(3, "driver_id", column(int64(4))));

        assertThat(call(SERVING + "GetOnlineFeatures", trips().entry(5, "driver_id", column(int64(4)))))
                .isEqualTo(answer);
        assertThatThrownBy(() -> call(
                        SERVING + "GetOnlineFeatures",
                        trips().entry(3, "driver_id", column(int64(4))).entry(5, "driver_id", column(int64(4)))))
                .hasMessageContaining("'driver_id' stands in entities and in request_context");
    }

    @Test
    void theServerSaysItsVersion() {
        byte[] answer = call(SERVING + "GetFeastServingInfo", message());

        assertThat(answer[0]).isEqualTo((byte) 0x0a);
        assertThat(answer.length).isEqualTo(2 + answer[1]);
    }

    @Test
    void whatIsWrongIsRefusedByNameAndNeverInternal() {
        Map.of(
                        message().text(1, "no_such_service").entry(3, "driver_id", column(int64(1))),
                        Status.Code.NOT_FOUND,
                        message().message(2, message().text(1, "nope:trips")).entry(3, "driver_id", column(int64(1))),
                        Status.Code.NOT_FOUND,
                        message().message(2, message().text(1, "driver_grpc:trips")),
                        Status.Code.INVALID_ARGUMENT,
                        trips().entry(
                                        3,
                                        "driver_id",
                                        column(message().message(22, message().bytes(1, 1)))),
                        Status.Code.INVALID_ARGUMENT,
                        trips().entry(
                                        3,
                                        "driver_id",
                                        column(message().message(48, message().varint(1, 5)))),
                        Status.Code.INVALID_ARGUMENT,
                        trips().entry(
                                        3,
                                        "driver_id",
                                        column(message().message(14, message().bytes(1, 5)))),
                        Status.Code.INVALID_ARGUMENT)
                .forEach((request, code) -> assertThatThrownBy(() -> call(SERVING + "GetOnlineFeatures", request))
                        .isInstanceOfSatisfying(StatusRuntimeException.class, e -> assertThat(
                                        e.getStatus().getCode())
                                .as(e.toString())
                                .isEqualTo(code)));
        assertThatThrownBy(() ->
                        call(SERVER + "Push", message().text(2, "driver_grpc").text(4, "nowhere")))
                .hasMessageContaining("'to' must be online");
        assertThatThrownBy(() -> call(
                        SERVER + "Push",
                        message()
                                .entry(1, "a", "b")
                                .text(2, "driver_grpc")
                                .text(4, "online")
                                .entry(5, "a", int64(1))))
                .hasMessageContaining("only one of features and typed_features");
        assertThatThrownBy(() -> call(
                        SERVING + "GetOnlineFeatures",
                        trips().entry(
                                        3,
                                        "driver_id",
                                        column(message().message(22, message().bytes(1, 1))))))
                .hasMessageContaining("'driver_id' has a bytes_set_val");
    }

    private static Wire trips() {
        return message().message(2, message().text(1, "driver_grpc:trips"));
    }

    private static Wire column(Wire value) {
        return message().message(1, value);
    }
}
