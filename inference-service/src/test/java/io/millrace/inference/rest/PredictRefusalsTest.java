package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.proto.features.v1.Value;
import io.millrace.proto.inference.v1.PausePipelineRequest;
import io.millrace.proto.inference.v1.PredictRequest;
import io.millrace.proto.inference.v1.PredictRow;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Collections;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(PredictingService.Settings.class)
class PredictRefusalsTest extends PredictingService {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "7",
                "{\"rows\": [",
                "{\"user\": \"u\", \"x\": NaN}",
                "{\"user\": \"u\", \"x\": 1} {}",
                "{\"user\": \"u\", \"user\": \"w\", \"x\": 1}"
            })
    void whatIsNoJsonObjectIsMalformed(String body) {
        refused(post(body), 400, "MALFORMED_REQUEST");
    }

    @Test
    void anIdIsATextOfAtMostAThousandCharacters() {
        refused(post("{\"id\":7,\"rows\":[{\"user\":\"u\",\"x\":1}]}"), 400, "INVALID_REQUEST");
        String row = ",\"rows\":[{\"user\":\"u\",\"x\":1}]}";
        post("{\"id\":\"" + "i".repeat(1_000) + "\"" + row).statusCode(200);
        refused(post("{\"id\":\"" + "i".repeat(1_001) + "\"" + row), 400, "INVALID_REQUEST");
    }

    @Test
    void depthTextsAndNumbersWithoutEndAreRefused() {
        refused(post("{\"user\": " + "[".repeat(1001) + "]".repeat(1001) + "}"), 400, "WRONG_TYPE");
        refused(post("{\"user\": \"" + "u".repeat(20_000_000) + "\", \"x\": 1}"), 400, "MALFORMED_REQUEST");
        refused(post("{\"user\": \"u\", \"x\": " + "9".repeat(1001) + "}"), 400, "MALFORMED_REQUEST");
    }

    @Test
    void whatARowMustNotHoldIsATypedErrorThatNamesTheRow() {
        refused(post("{\"rows\": []}"), 400, "INVALID_REQUEST");
        refused(post("{\"rows\": [1]}"), 400, "INVALID_REQUEST");
        refused(post("{\"rows\": [{\"user\": \"u\", \"x\": 1}], \"as-of\": 1}"), 400, "INVALID_REQUEST");
        refused(post("{\"rows\": [{\"user\": \"u\", \"x\": 1}], \"as_of\": \"now\"}"), 400, "INVALID_REQUEST");
        refused(post("{\"rows\": [{\"user\": \"u\", \"x\": 1}], \"complete_within_ms\": -1}"), 400, "INVALID_REQUEST");
        refused(post("{\"user\": \"u\", \"x\": [1]}"), 400, "WRONG_TYPE");
        refused(post("{\"user\": \"u\", \"x\": 1e400}"), 400, "NOT_FINITE");
        refused(post("{\"user\": \"u\", \"x\": 9223372036854775808}"), 400, "WRONG_TYPE");
        refused(post("{\"rows\": [{\"user\": \"u\", \"x\": 1}, {\"x\": 1}, {\"user\": \"u\"}]}"), 400, "MISSING_FIELD")
                .body("errors", hasSize(2))
                .body("errors[0].where", equalTo("rows[1]"))
                .body("errors[1].where", equalTo("rows[2]"))
                .body("errors[1].what", containsString("request field 'x' is missing"));
        String wide = "{"
                + IntStream.range(0, 1_001).mapToObj(i -> "\"f" + i + "\": 1").collect(Collectors.joining(",")) + "}";
        refused(post(wide), 400, "INVALID_REQUEST");
        String tooMany = "{\"rows\": [" + "{},".repeat(10_000) + "{}]}";
        refused(post(tooMany), 400, "INVALID_REQUEST");
    }

    @Test
    void refusalsOfAllKindsKeepTheirStatusOnBothTransports() {
        refused(
                given().contentType("application/json")
                        .body("{}")
                        .post("/v1/pipelines/none/predict")
                        .then(),
                404,
                "PIPELINE_NOT_FOUND");
        assertThat(refusal(() -> stub.predict(PredictRequest.newBuilder()
                        .setPipeline("p")
                        .addRows(PredictRow.newBuilder())
                        .build())))
                .isEqualTo("INVALID_ARGUMENT MISSING_FIELD");
        assertThat(refusal(() -> stub.predict(
                        PredictRequest.newBuilder().setPipeline("p").build())))
                .isEqualTo("INVALID_ARGUMENT INVALID_REQUEST");
        assertThat(refusal(() -> stub.predict(request("u", Double.NaN, 0)))).isEqualTo("INVALID_ARGUMENT NOT_FINITE");
        assertThat(refusal(() -> stub.pausePipeline(
                        PausePipelineRequest.newBuilder().setName("none").build())))
                .isEqualTo("NOT_FOUND PIPELINE_NOT_FOUND");
        try {
            features.answer(_ -> {
                throw Status.UNAVAILABLE.asRuntimeException();
            });
            refused(post("{\"user\": \"u\", \"x\": 1}"), 503, "FEATURES_UNAVAILABLE");
            assertThat(refusal(() -> stub.predict(request("u", 1, 0)))).isEqualTo("UNAVAILABLE FEATURES_UNAVAILABLE");
        } finally {
            features.answer(PredictingService::answer);
        }
    }

    @Test
    void aMessageOfTenThousandRowsPassesAndOneOfMillionsIsNotEvenDecoded() {
        PredictRow wide = request("u", 1, 0).getRows(0).toBuilder()
                .putFields(
                        "more",
                        Value.newBuilder().setStringValue("m".repeat(700)).build())
                .build();
        PredictRequest most = PredictRequest.newBuilder()
                .setPipeline("p")
                .addAllRows(Collections.nCopies(10_000, wide))
                .build();
        assertThat(stub.predict(most).getPredictionsCount()).isEqualTo(10_000);
        PredictRequest hostile = PredictRequest.newBuilder()
                .setPipeline("p")
                .addAllRows(Collections.nCopies(5_000_000, PredictRow.getDefaultInstance()))
                .build();
        StatusRuntimeException e = catchThrowableOfType(StatusRuntimeException.class, () -> stub.predict(hostile));
        assertThat(e.getStatus().getCode()).isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED);
    }
}
