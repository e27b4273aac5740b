package io.millrace.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcRefusals;
import io.millrace.gate.rest.ProblemMappers;
import io.millrace.inference.app.InferenceReason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InferenceReasonTest {
    @ParameterizedTest
    @EnumSource(InferenceReason.class)
    void everyReasonHasAStatusOnBothTransports(InferenceReason reason) {
        var refusal = new Refusal(reason, "because");
        Status.Code code = GrpcRefusals.status(refusal).getStatus().getCode();
        assertThat(reason.domain()).isEqualTo("millrace.inference");
        assertThat(code).isNotIn(Status.Code.OK, Status.Code.UNKNOWN);
        assertThat(code.value()).isEqualTo(reason.kind().grpcCode());
        try (var response = new ProblemMappers().refusal(refusal)) {
            assertThat(response.getStatus())
                    .isEqualTo(reason.kind().httpStatus())
                    .isBetween(400, 599);
        }
        if (reason != InferenceReason.MODEL_FAILED) {
            assertThat(reason.kind()).isNotEqualTo(Reason.Kind.INTERNAL);
        }
    }
}
