package io.millrace.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.millrace.backing.KafkaBroker;
import io.millrace.backing.Ports;
import io.millrace.backing.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every service shows to whoever runs it: health, metrics, its interface, its log. */
class DoorsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"feature-service", "inference-service", "registry-service", "edge-gateway"})
    void aServiceStartsAloneSaysWhatIsMissingAndIsReadyWhenItIsThere(String module) throws Exception {
        int kafkaPort = Ports.free();
        int postgresPort = Ports.free();
        var settings = Map.of(
                "kafka.bootstrap.servers",
                "127.0.0.1:" + kafkaPort,
                "quarkus.datasource.jdbc.url",
                "jdbc:postgresql://127.0.0.1:" + postgresPort + "/postgres",
                "quarkus.datasource.username",
                "postgres",
                "millrace.features.online-store.directory",
                folder.resolve("online-store").toString(),
                "millrace.features.offline-store.directory",
                folder.resolve("offline-store").toString(),
                "millrace.inference.models.directory",
                folder.resolve("models").toString(),
                "millrace.edge.spool.directory",
                folder.resolve("spool").toString(),
                "quarkus.http.access-log.enabled",
                "true");
        try (var service = ServiceProcess.start(module, folder, settings).awaitStarted()) {
            assertThat(JSON.readTree(service.management("/q/health/live").body())
                            .path("status")
                            .asText())
                    .isEqualTo("UP");
            assertSaysWhatIsMissing(service);
            assertShowsItsInterface(service);
            assertThat(service.management("/q/metrics").body()).contains("jvm_memory_used_bytes");
            try (var kafka = KafkaBroker.start(folder.resolve("kafka"), kafkaPort, Ports.free());
                    var postgres = PostgresServer.start(folder.resolve("postgres"), postgresPort)) {
                assertThat(kafka.process().isAlive()).isTrue();
                assertThat(postgres.port()).isEqualTo(postgresPort);
                service.awaitReady();
                assertTellsItsServicesAndThatTheyServe(service);
                assertLogsAreJsonAndCarryTheTrace(service);
            }
            assertThat(service.management("/q/health/live").statusCode()).isEqualTo(200);
        }
    }

    /** edge-gateway takes summaries while Kafka is away: it is ready, and says all the same what is missing. */
    private static void assertSaysWhatIsMissing(ServiceProcess service) throws Exception {
        var answer = service.management("/q/health/ready");
        if (service.module().equals("edge-gateway")) {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(JSON.readTree(answer.body()).at("/checks").findValuesAsText("kafka"))
                    .as(answer.body())
                    .doesNotContain("connected")
                    .isNotEmpty();
            return;
        }
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        var down = JSON.readTree(answer.body())
                .path("checks")
                .valueStream()
                .filter(check -> check.path("status").asText().equals("DOWN"))
                .toList();
        assertThat(down).as(answer.body()).isNotEmpty();
        assertThat(down).as("each check that is down says why").allSatisfy(check -> assertThat(check.path("data"))
                .isNotEmpty());
    }

    private static void assertShowsItsInterface(ServiceProcess service) throws Exception {
        var answer = service.get("/openapi?format=json");
        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode description = JSON.readTree(answer.body());
        assertThat(description.path("openapi").asText()).startsWith("3.");
        assertThat(description.path("info").path("title").asText()).isEqualTo("Millrace " + service.module());
        assertThat(description.path("paths")).isNotEmpty();
    }

    /** Over gRPC: reflection lists the service of the contract and gives its description, and grpc.health.v1 says that it and the whole serve. */
    private static void assertTellsItsServicesAndThatTheyServe(ServiceProcess service) throws Exception {
        List<String> names = reflected(
                        service, ServerReflectionRequest.newBuilder().setListServices("*"))
                .getListServicesResponse()
                .getServiceList()
                .stream()
                .map(ServiceResponse::getName)
                .toList();
        assertThat(names).contains("grpc.health.v1.Health");
        String ours = names.stream()
                .filter(name -> name.startsWith("millrace."))
                .findFirst()
                .orElseThrow();
        assertThat(reflected(service, ServerReflectionRequest.newBuilder().setFileContainingSymbol(ours))
                        .getFileDescriptorResponse()
                        .getFileDescriptorProtoCount())
                .isPositive();
        var health = HealthGrpc.newBlockingStub(service.channel()).withDeadlineAfter(10, TimeUnit.SECONDS);
        for (String name : List.of("", ours)) {
            assertThat(health.check(HealthCheckRequest.newBuilder()
                                    .setService(name)
                                    .build())
                            .getStatus())
                    .as("health of '%s'", name)
                    .isEqualTo(ServingStatus.SERVING);
        }
    }

    private static ServerReflectionResponse reflected(ServiceProcess service, ServerReflectionRequest.Builder question)
            throws Exception {
        var answer = new CompletableFuture<ServerReflectionResponse>();
        var questions = ServerReflectionGrpc.newStub(service.channel())
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {
                        answer.completeExceptionally(new IllegalStateException("the stream ended without an answer"));
                    }
                });
        questions.onNext(question.build());
        questions.onCompleted();
        return answer.get(10, TimeUnit.SECONDS);
    }

    /** Every line is a JSON object with a level, and a line that a request causes carries the trace that the request brought. */
    private static void assertLogsAreJsonAndCarryTheTrace(ServiceProcess service) throws Exception {
        String traceId = "%032x".formatted(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE));
        service.post("/v1/nothing-is-here", "{}", "traceparent", "00-" + traceId + "-00f067aa0ba902b7-01");
        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            List<String> lines = Files.readAllLines(service.log()).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("WARNING: "))
                    .toList();
            var traced = new ArrayList<JsonNode>();
            for (String line : lines) {
                JsonNode entry = JSON.readTree(line);
                assertThat(entry.path("level").asText()).as(line).isNotEmpty();
                assertThat(entry.path("message").isMissingNode()).as(line).isFalse();
                if (entry.path("mdc").path("traceId").asText().equals(traceId)) {
                    traced.add(entry);
                }
            }
            assertThat(traced).as("lines with trace %s", traceId).isNotEmpty();
        });
    }
}
