package io.millrace.gate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.millrace.gate.grpc.GrpcRefusals;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReasonKindTest {
    private record Named(String name, String domain, Kind kind) implements Reason {}

    @ParameterizedTest
    @EnumSource(Reason.Kind.class)
    void everyKindHasTheGrpcStatusOfItsNameAndAnHttpError(Reason.Kind kind) {
        assertThat(Status.fromCodeValue(kind.grpcCode()).getCode().name()).isEqualTo(kind.name());
        assertThat(kind.httpStatus()).isBetween(400, 599);
        assertThat(kind.name()).isEqualTo(kind.name().toUpperCase(Locale.ROOT));
    }

    @ParameterizedTest
    @EnumSource(Reason.Kind.class)
    void aRefusalCarriesReasonAndDomainInErrorInfo(Reason.Kind kind) throws Exception {
        var refusal = new Refusal(
                new Named("SOME_REASON", "millrace.test", kind), "what", List.of(new Refusal.Detail("a:1", "b")));

        var status = Objects.requireNonNull(StatusProto.fromThrowable(GrpcRefusals.status(refusal)));

        assertThat(status.getCode()).isEqualTo(kind.grpcCode());
        var info = status.getDetails(0).unpack(ErrorInfo.class);
        assertThat(info.getReason()).isEqualTo("SOME_REASON");
        assertThat(info.getDomain()).isEqualTo("millrace.test");
    }
}
