package io.millrace.registry.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.protobuf.StatusProto;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcRefusals;
import io.millrace.gate.rest.ProblemMappers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RegistryReasonTest {
    @ParameterizedTest
    @EnumSource(RegistryReason.class)
    void everyReasonHasItsStatusOverGrpc(RegistryReason reason) throws Exception {
        var status = GrpcRefusals.status(new Refusal(reason, "why"));

        assertThat(status.getStatus().getCode().value()).isEqualTo(reason.kind().grpcCode());
        var info = StatusProto.fromThrowable(status).getDetails(0).unpack(com.google.rpc.ErrorInfo.class);
        assertThat(info.getReason()).isEqualTo(reason.name());
        assertThat(info.getDomain()).isEqualTo("millrace.registry");
    }

    @ParameterizedTest
    @EnumSource(RegistryReason.class)
    void everyReasonHasItsStatusOverRest(RegistryReason reason) {
        try (var response = new ProblemMappers().refusal(new Refusal(reason, "why"))) {
            assertThat(response.getStatus())
                    .isEqualTo(reason.kind().httpStatus())
                    .isBetween(400, 599);
        }
    }
}
