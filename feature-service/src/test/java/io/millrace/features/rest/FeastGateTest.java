package io.millrace.features.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.millrace.features.RealBroker;
import io.millrace.gate.AccessPolicy;
import io.millrace.gate.Caller;
import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import io.millrace.proto.feast.serving.GetFeastServingInfoRequest;
import io.millrace.proto.feast.serving.ServingServiceGrpc;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** No way of Feast's leads round the gate: a policy that wants a bearer token is asked before each of them. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
@TestProfile(FeastGateTest.Guarded.class)
class FeastGateTest extends FeastServerUnderTest {
    /** With a policy instead of the open default. */
    public static final class Guarded implements QuarkusTestProfile {
        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(BearerPolicy.class);
        }
    }

    /** One token is good. */
    @Alternative
    @ApplicationScoped
    public static class BearerPolicy implements AccessPolicy {
        enum Unknown implements Reason {
            UNKNOWN_CALLER;

            @Override
            public String domain() {
                return "test";
            }

            @Override
            public Kind kind() {
                return Kind.UNAUTHENTICATED;
            }
        }

        @Override
        public Caller admit(String operation, Function<String, @Nullable String> credentials) {
            if (!"Bearer good".equals(credentials.apply("authorization"))) {
                throw new Refusal(Unknown.UNKNOWN_CALLER, "a bearer token is needed");
            }
            return new Caller("feast");
        }
    }

    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int port;

    @Test
    void everyPathOfFeastsAsksForTheToken() throws IOException, InterruptedException {
        for (String path : List.of("/get-online-features", "/push", "/write-to-online-store")) {
            HttpResponse<String> refused = post(path, "{}", "application/json");
            assertThat(refused.statusCode()).as(path).isEqualTo(401);
            assertThat(refused.body()).contains("\"detail\":\"a bearer token is needed\"");
            assertThat(withToken(path)).as(path).isEqualTo(422);
        }
        assertThat(get("/health").statusCode()).isEqualTo(401);
    }

    private int withToken(String path) throws IOException, InterruptedException {
        URI uri = Objects.requireNonNull(root).resolve(path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(uri)
                                    .header("Authorization", "Bearer good")
                                    .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .statusCode();
        }
    }

    @Test
    void bothGrpcServicesAskForTheToken() {
        ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .build();
        try {
            for (var method : List.of(
                    io.millrace.proto.feast.grpcserver.GrpcFeatureServerGrpc.getPushMethod(),
                    io.millrace.proto.feast.grpcserver.GrpcFeatureServerGrpc.getWriteToOnlineStoreMethod(),
                    io.millrace.proto.feast.grpcserver.GrpcFeatureServerGrpc.getGetOnlineFeaturesMethod(),
                    ServingServiceGrpc.getGetOnlineFeaturesMethod(),
                    ServingServiceGrpc.getGetFeastServingInfoMethod())) {
                assertThatThrownBy(() -> callEmpty(channel, method))
                        .isInstanceOfSatisfying(
                                StatusRuntimeException.class,
                                e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
            }
            var token = new Metadata();
            token.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer good");
            assertThat(ServingServiceGrpc.newBlockingStub(channel)
                            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(token))
                            .withDeadlineAfter(30, TimeUnit.SECONDS)
                            .getFeastServingInfo(GetFeastServingInfoRequest.getDefaultInstance())
                            .getVersion())
                    .isNotEmpty();
        } finally {
            channel.shutdownNow();
        }
    }

    private static <Q, A> void callEmpty(ManagedChannel channel, io.grpc.MethodDescriptor<Q, A> method) {
        Q empty = method.parseRequest(new java.io.ByteArrayInputStream(new byte[0]));
        ClientCalls.blockingUnaryCall(
                channel, method, CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS), empty);
    }
}
