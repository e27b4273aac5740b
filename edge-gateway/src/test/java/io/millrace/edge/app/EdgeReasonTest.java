package io.millrace.edge.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcRefusals;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EdgeReasonTest {
    @ParameterizedTest
    @EnumSource(EdgeReason.class)
    void everyReasonHasItsStatusOnBothTransports(EdgeReason reason) throws Exception {
        var status = Objects.requireNonNull(StatusProto.fromThrowable(GrpcRefusals.status(new Refusal(reason, "why"))));

        assertThat(Status.fromCodeValue(status.getCode()).getCode().name())
                .isEqualTo(reason.kind().name());
        assertThat(status.getDetails(0).unpack(ErrorInfo.class).getReason()).isEqualTo(reason.name());
        assertThat(status.getDetails(0).unpack(ErrorInfo.class).getDomain()).isEqualTo("millrace.edge");
        assertThat(reason.kind().httpStatus()).isBetween(400, 503);
    }
}
