package io.millrace.inference.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.millrace.backing.Ports;
import io.millrace.inference.app.ContractRegistry.Verdict;
import io.millrace.inference.app.payload.Classifications.Found;
import io.millrace.inference.domain.Pipeline.ContractReference;
import io.millrace.proto.registry.v1.DataProduct;
import io.millrace.proto.registry.v1.GetDataProductRequest;
import io.millrace.proto.registry.v1.GetDataProductResponse;
import io.millrace.proto.registry.v1.RegistryServiceGrpc;
import io.millrace.proto.registry.v1.ValidateRequest;
import io.millrace.proto.registry.v1.ValidateResponse;
import io.millrace.proto.registry.v1.ValidationIssue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class RegistryContractsTest {
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private static final String CONTRACT = """
            {"schema":[{"name":"a","properties":[
              {"name":"user","physicalName":"user_id","classification":"confidential"},
              {"name":"basket","classification":"restricted","properties":[{"name":"total"}]},
              {"name":"x"},{"name":"twice"}]},
             {"name":"b","properties":[{"name":"twice","classification":"public"},{"name":"x","classification":"public"},{"name":"basket"}]},
             {"name":"c","properties":[{"name":"twice","classification":"confidential"}]}]}
            """;

    /** A registry that knows one contract and answers any rows with two broken rules and two remarks that are none. */
    private static final class FakeRegistry extends RegistryServiceGrpc.RegistryServiceImplBase {
        final List<String> rows = new CopyOnWriteArrayList<>();

        @Override
        public void getDataProduct(GetDataProductRequest request, StreamObserver<GetDataProductResponse> answer) {
            if (request.getName().equals("cached")) {
                answer.onNext(GetDataProductResponse.newBuilder()
                        .setDataProduct(DataProduct.newBuilder().setRevision(1).setContractJson(CONTRACT))
                        .setCacheAgeSeconds(5)
                        .build());
                answer.onCompleted();
            } else if (request.getName().equals("departures")) {
                answer.onNext(GetDataProductResponse.newBuilder()
                        .setDataProduct(DataProduct.newBuilder().setRevision(1).setContractJson(CONTRACT))
                        .build());
                answer.onCompleted();
            } else {
                answer.onError(Status.NOT_FOUND.asRuntimeException());
            }
        }

        @Override
        public void validate(ValidateRequest request, StreamObserver<ValidateResponse> answer) {
            rows.add(request.getJsonRows().toString(StandardCharsets.UTF_8));
            answer.onNext(ValidateResponse.newBuilder()
                    .addIssues(ValidationIssue.newBuilder()
                            .setCheck("not_checked")
                            .setMessage("custom rules are not run")
                            .setFailingRows(5))
                    .addIssues(ValidationIssue.newBuilder()
                            .setCheck("row_count")
                            .setMessage("fewer than 1,000 rows")
                            .setFailingRows(2))
                    .addIssues(ValidationIssue.newBuilder()
                            .setCheck("required")
                            .setColumn("id")
                            .setMessage("is null")
                            .setFailingRows(2))
                    .addIssues(ValidationIssue.newBuilder()
                            .setCheck("sql")
                            .setMessage("a sum is wrong")
                            .setFailingRows(1))
                    .build());
            answer.onCompleted();
        }
    }

    @Test
    void classificationsAreReadByPathAndNobodyKnowsThemFromACache() throws IOException {
        Server server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(new FakeRegistry())
                .build()
                .start();
        try (var contracts = new RegistryContracts("127.0.0.1:" + server.getPort())) {
            assertThat(contracts.find(new ContractReference("flights", "departures"), DEADLINE))
                    .isEqualTo(new Found.Fields(Map.of(
                            "user", "confidential",
                            "user_id", "confidential",
                            "basket", "restricted",
                            "basket.total", "",
                            "x", "public",
                            "twice", "confidential+public")));
            assertThat(contracts.find(new ContractReference("flights", "cached"), DEADLINE))
                    .isInstanceOf(Found.Unknown.class);
            assertThat(contracts.find(new ContractReference("flights", "none"), DEADLINE))
                    .isInstanceOf(Found.Unknown.class);
        } finally {
            server.shutdownNow();
        }
        try (var contracts = new RegistryContracts("127.0.0.1:" + Ports.free())) {
            assertThat(contracts.find(new ContractReference("flights", "departures"), Duration.ofMillis(200)))
                    .isInstanceOf(Found.Unknown.class);
        }
    }

    @Test
    void rowsAreSentAsOneArrayAndTheFailingOnesCountedPerRule() throws IOException {
        var registry = new FakeRegistry();
        Server server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(registry)
                .build()
                .start();
        try (var contracts = new RegistryContracts("127.0.0.1:" + server.getPort())) {
            var departures = new ContractReference("flights", "departures");
            assertThat(contracts.whyUnknown(departures, DEADLINE)).isEmpty();
            assertThat(contracts.whyUnknown(new ContractReference("flights", "none"), DEADLINE))
                    .contains("it is not registered");
            Verdict verdict = contracts.check(
                    departures,
                    List.of("{\"id\":1}".getBytes(StandardCharsets.UTF_8), "{}".getBytes(StandardCharsets.UTF_8)),
                    DEADLINE);

            assertThat(verdict).isEqualTo(new Verdict.Checked(3, "id: is null"));
            assertThat(registry.rows).containsExactly("[{\"id\":1},{}]");
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void anAbsentRegistryLeavesTheContractUnknown() {
        try (var contracts = new RegistryContracts("127.0.0.1:" + Ports.free())) {
            var departures = new ContractReference("flights", "departures");

            assertThat(contracts.check(departures, List.of(), Duration.ofSeconds(2)))
                    .isEqualTo(new Verdict.Unknown("registry-service cannot be asked: UNAVAILABLE"));
        }
    }
}
