package io.millrace.edge.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Empty;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.millrace.gate.AccessPolicy;
import io.millrace.gate.Caller;
import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import io.millrace.proto.edge.v1.EdgeServiceGrpc;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.http.Method;
import io.restassured.path.json.JsonPath;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** With a policy that lets nobody in, no endpoint answers: each REST method of the interface's description and each gRPC method passes the gate. */
@QuarkusTest
@TestProfile(ClosedGateTest.Closed.class)
class ClosedGateTest {
    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int grpcPort;

    /** The gateway of the other tests with another policy. */
    public static class Closed implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return new GatewayProfile().getConfigOverrides();
        }

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(NobodyEnters.class);
        }
    }

    /** Refuses every caller. */
    @Alternative
    @ApplicationScoped
    public static class NobodyEnters implements AccessPolicy {
        private record NotAllowed(String name, String domain, Kind kind) implements Reason {}

        @Override
        public Caller admit(String operation, Function<String, @Nullable String> credentials) {
            throw new Refusal(new NotAllowed("CLOSED", "test", Reason.Kind.PERMISSION_DENIED), operation);
        }
    }

    @Test
    void noRestMethodOfTheDescriptionGoesRoundTheGate() {
        JsonPath description = given().accept(ContentType.JSON)
                .get("/openapi?format=json")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        Map<String, Map<String, Map<String, Object>>> paths = description.getMap("paths");

        assertThat(paths).isNotEmpty();
        paths.forEach((path, methods) -> methods.keySet().stream()
                .filter(method -> !method.equals("parameters"))
                .forEach(method -> {
                    String type = bodyType(methods.get(method));
                    given().contentType(type)
                            .body(Method.valueOf(method.toUpperCase(Locale.ROOT)) == Method.GET ? "" : "{}")
                            .request(Method.valueOf(method.toUpperCase(Locale.ROOT)), path.replaceAll("\\{[^}]*}", "x"))
                            .then()
                            .statusCode(403)
                            .contentType("application/problem+json");
                }));
    }

    @Test
    void noGrpcMethodGoesRoundTheGate() {
        ManagedChannel channel = Grpc.newChannelBuilder("127.0.0.1:" + grpcPort, InsecureChannelCredentials.create())
                .build();
        try {
            assertThat(EdgeServiceGrpc.getServiceDescriptor().getMethods()).isNotEmpty();
            for (MethodDescriptor<?, ?> method :
                    EdgeServiceGrpc.getServiceDescriptor().getMethods()) {
                StatusRuntimeException refusal = catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> ClientCalls.blockingUnaryCall(
                                channel, untyped(method), CallOptions.DEFAULT, Empty.getDefaultInstance()));

                assertThat(refusal.getStatus().getCode())
                        .as(method.getFullMethodName())
                        .isEqualTo(Status.Code.PERMISSION_DENIED);
            }
        } finally {
            channel.shutdownNow();
        }
    }

    /** The first media type that the description names for the method's body. */
    @SuppressWarnings("unchecked") // the description is JSON of a known shape
    private static String bodyType(@Nullable Map<String, Object> method) {
        if (method == null || !(method.get("requestBody") instanceof Map<?, ?> body)) {
            return "application/json";
        }
        var content = (Map<String, Object>) body.get("content");
        return content == null || content.isEmpty()
                ? "application/json"
                : content.keySet().iterator().next();
    }

    private static MethodDescriptor<Empty, Empty> untyped(MethodDescriptor<?, ?> method) {
        return MethodDescriptor.<Empty, Empty>newBuilder()
                .setType(method.getType())
                .setFullMethodName(method.getFullMethodName())
                .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
                .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
                .build();
    }
}
