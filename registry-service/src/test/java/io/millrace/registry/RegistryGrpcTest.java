package io.millrace.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.millrace.proto.registry.v1.ContractReference;
import io.millrace.proto.registry.v1.GetDataProductRequest;
import io.millrace.proto.registry.v1.ListDataProductsRequest;
import io.millrace.proto.registry.v1.RegisterDataProductRequest;
import io.millrace.proto.registry.v1.RegisterDataProductResponse;
import io.millrace.proto.registry.v1.RegistryServiceGrpc;
import io.millrace.proto.registry.v1.RegistryServiceGrpc.RegistryServiceBlockingStub;
import io.millrace.proto.registry.v1.SearchDataProductsRequest;
import io.millrace.proto.registry.v1.ValidateRequest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(RegistryPostgres.class)
class RegistryGrpcTest {
    private GrpcChannel channel;
    private RegistryServiceBlockingStub registry;

    @BeforeEach
    void connect() {
        channel = new GrpcChannel();
        registry = RegistryServiceGrpc.newBlockingStub(channel.channel());
    }

    @AfterEach
    void disconnect() {
        channel.close();
    }

    private static RegisterDataProductRequest contract(String content) {
        return RegisterDataProductRequest.newBuilder()
                .setPath("contracts/a.yaml")
                .setContent(content)
                .build();
    }

    @Test
    void aContractIsRegisteredReadListedAndFound() {
        var first = registry.registerDataProduct(contract(ContractTexts.plain("wire", "tides", "Height of the sea")));
        var again = registry.registerDataProduct(contract(ContractTexts.plain("wire", "tides", "Height of the sea")));

        assertThat(first.getCreated()).isTrue();
        assertThat(again.getCreated()).isFalse();
        assertThat(again.getDataProduct()).isEqualTo(first.getDataProduct());
        assertThat(first.getDataProduct().getRevision()).isEqualTo(1);
        var got = registry.getDataProduct(GetDataProductRequest.newBuilder()
                .setDomain("wire")
                .setName("tides")
                .build());
        assertThat(got.getDataProduct()).isEqualTo(first.getDataProduct());
        assertThat(got.hasCacheAgeSeconds()).isFalse();
        assertThat(registry.listDataProducts(ListDataProductsRequest.newBuilder()
                                .setDomain("wire")
                                .build())
                        .getDataProductsList())
                .containsExactly(first.getDataProduct());
        assertThat(registry.searchDataProducts(SearchDataProductsRequest.newBuilder()
                                .setQuery("sea height")
                                .build())
                        .getDataProductsList())
                .containsExactly(first.getDataProduct());
    }

    @Test
    void aDryRunSaysWhatWouldBeRegisteredAndInWhichFieldsItDiffers() {
        String contract = ContractTexts.odcs("wire", "plans", "1", "[{name: a, logicalType: integer}]", "[]");
        String changed = ContractTexts.odcs(
                "wire", "plans", "2", "[{name: a, logicalType: string}, {name: b, logicalType: string}]", "[]");

        RegisterDataProductResponse first = plan(contract);
        assertThat(first.getCreated()).isTrue();
        assertThat(first.getDataProduct().getRevision()).isEqualTo(1);
        assertThat(first.getDataProduct().getRegisteredAt()).isEmpty();
        assertThat(code(() -> registry.getDataProduct(GetDataProductRequest.newBuilder()
                        .setDomain("wire")
                        .setName("plans")
                        .build())))
                .isEqualTo(Status.Code.NOT_FOUND);

        registry.registerDataProduct(contract(contract));
        assertThat(plan(contract).getCreated()).isFalse();
        assertThat(plan(contract).getFieldsList()).isEmpty();
        RegisterDataProductResponse second = plan(changed);
        assertThat(second.getCreated()).isTrue();
        assertThat(second.getDataProduct().getRevision()).isEqualTo(2);
        assertThat(second.getFieldsList())
                .containsExactly("schema.plans.properties.a.logicalType", "schema.plans.properties.b", "version");
        assertThat(code(() -> plan("name: n\n"))).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(registry.registerDataProduct(contract(changed))
                        .getDataProduct()
                        .getDigest())
                .isEqualTo(second.getDataProduct().getDigest());
    }

    private RegisterDataProductResponse plan(String content) {
        return registry.registerDataProduct(
                contract(content).toBuilder().setDryRun(true).build());
    }

    @Test
    void faultsAreViolationsWithPathAndLine() throws Exception {
        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> registry.registerDataProduct(contract("name: n\ndomain: d\nschema_versio: 1\n")));

        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        List<Any> details = StatusProto.fromThrowable(refused).getDetailsList();
        assertThat(details.get(0).unpack(ErrorInfo.class).getReason()).isEqualTo("CONTRACT_INVALID");
        BadRequest faults = details.get(1).unpack(BadRequest.class);
        assertThat(faults.getFieldViolations(0).getField()).isEqualTo("schema_versio");
        assertThat(faults.getFieldViolations(0).getDescription())
                .startsWith("contracts/a.yaml:3: ")
                .endsWith("did you mean 'schema_version'?");
        assertThat(faults.getFieldViolations(1).getField()).isEqualTo("schema_version");
    }

    @Test
    void manyFaultsStillFitIntoTheTrailers() {
        String document = "name: n\ndomain: d\nschema_version: 1\n";
        var many = new StringBuilder(document);
        for (int i = 0; i < 500; i++) {
            many.append("unknown_field_number_").append(i).append(": 1\n");
        }
        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class, () -> registry.registerDataProduct(contract(many.toString())));

        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refused.getStatus().getDescription()).contains("500 faults");
    }

    @Test
    void rowsAreValidatedAgainstAReferenceOrADocument() {
        String contract =
                ContractTexts.odcs("wire", "rows", "1", "[{name: a, logicalType: integer, required: true}]", "[]");
        registry.registerDataProduct(contract(contract));
        var byReference = registry.validate(ValidateRequest.newBuilder()
                .setReference(ContractReference.newBuilder().setDomain("wire").setName("rows"))
                .setJsonRows(ByteString.copyFromUtf8("[{\"a\": 1}, {\"a\": null}, {\"a\": \"x\"}]"))
                .build());
        var byDocument = registry.validate(ValidateRequest.newBuilder()
                .setDocument(contract)
                .setSchema("rows")
                .setCsv(ByteString.copyFromUtf8("a\n1\n"))
                .build());

        assertThat(byReference.getSchemaCompliant()).isFalse();
        assertThat(byReference.getQualityCompliant()).isTrue();
        assertThat(byReference.getRows()).isEqualTo(3);
        assertThat(byReference.getIssuesList())
                .extracting(issue -> issue.getCheck() + " " + issue.getColumn() + " " + issue.getFailingRows())
                .containsExactly("type a 1", "required a 1");
        assertThat(byReference.getIssues(0).getSampleList()).containsExactly("{\"row\":2,\"values\":{\"a\":\"x\"}}");
        assertThat(byDocument.getIssuesList()).isEmpty();
    }

    @Test
    void whatIsMissingOrUnknownHasItsStatus() {
        assertThat(code(() -> registry.getDataProduct(GetDataProductRequest.newBuilder()
                        .setDomain("wire")
                        .setName("nothing")
                        .build())))
                .isEqualTo(Status.Code.NOT_FOUND);
        assertThat(code(() -> registry.getDataProduct(GetDataProductRequest.newBuilder()
                        .setDomain("../..")
                        .setName("x")
                        .build())))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(code(() -> registry.validate(ValidateRequest.getDefaultInstance())))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(code(() -> registry.validate(ValidateRequest.newBuilder()
                        .setDocument(ContractTexts.plain("wire", "big", "x"))
                        .setCsv(ByteString.copyFrom(new byte[17 << 20]))
                        .build())))
                .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    private static Status.Code code(Runnable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call::run)
                .getStatus()
                .getCode();
    }
}
