package io.millrace.gate.grpc;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.millrace.gate.GateReason;
import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import io.quarkus.grpc.ExceptionHandler;
import io.quarkus.grpc.ExceptionHandlerProvider;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;

/** The one place where what a gRPC method throws becomes a status: {@code google.rpc.Status} with ErrorInfo, and BadRequest for single faults. */
@ApplicationScoped
public class GrpcRefusals implements ExceptionHandlerProvider {
    private static final Logger LOG = Logger.getLogger(GrpcRefusals.class);
    private static final int MAX_FAULT_CHARACTERS = 3_500;

    /** Server pushback of gRPC's retries (gRFC A6): how long a client waits before it tries again. */
    private static final Metadata.Key<String> PUSHBACK =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, A> ExceptionHandler<Q, A> createHandler(
            ServerCall.Listener<Q> listener, ServerCall<Q, A> call, Metadata metadata) {
        return new ExceptionHandler<>(listener, call, metadata) {
            @Override
            protected void handleException(Throwable thrown, ServerCall<Q, A> failed, Metadata ignored) {
                StatusRuntimeException status = (StatusRuntimeException) transform(thrown);
                Metadata trailers = status.getTrailers();
                failed.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
            }
        };
    }

    @Override
    public Throwable transform(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return switch (cause) {
            case Refusal refusal -> status(refusal);
            case StatusRuntimeException status -> status;
            case StatusException status -> status.getStatus().asRuntimeException(status.getTrailers());
            default -> {
                LOG.error("A gRPC call failed", cause);
                yield status(
                        GateReason.INTERNAL,
                        "an error that is not yours; it has been logged",
                        List.of(),
                        Optional.empty());
            }
        };
    }

    /** The status of a refusal. */
    public static StatusRuntimeException status(Refusal refusal) {
        return status(refusal.reason(), refusal.getMessage(), refusal.details(), refusal.retryAfter());
    }

    private static StatusRuntimeException status(
            Reason reason, String message, List<Refusal.Detail> details, Optional<Duration> retryAfter) {
        var status = com.google.rpc.Status.newBuilder()
                .setCode(reason.kind().grpcCode())
                .setMessage(message)
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(reason.name())
                        .setDomain(reason.domain())
                        .build()));
        if (!details.isEmpty()) {
            status.addDetails(Any.pack(faults(details)));
        }
        retryAfter.ifPresent(after -> status.addDetails(Any.pack(RetryInfo.newBuilder()
                .setRetryDelay(com.google.protobuf.Duration.newBuilder()
                        .setSeconds(after.toSeconds())
                        .setNanos(after.toNanosPart()))
                .build())));
        StatusRuntimeException refused = StatusProto.toStatusRuntimeException(status.build());
        Metadata trailers = refused.getTrailers();
        if (trailers != null) {
            retryAfter.ifPresent(after -> trailers.put(PUSHBACK, Long.toString(after.toMillis())));
        }
        return refused;
    }

    /** The first faults, as many as fit into trailers: a client refuses metadata of more than 8 KiB. */
    private static BadRequest faults(List<Refusal.Detail> details) {
        var faults = BadRequest.newBuilder();
        int characters = 0;
        for (Refusal.Detail detail : details) {
            characters += detail.where().length() + detail.what().length() + 8;
            if (characters > MAX_FAULT_CHARACTERS) {
                int left = details.size() - faults.getFieldViolationsCount();
                faults.addFieldViolationsBuilder().setField("…").setDescription(left + " more faults");
                break;
            }
            faults.addFieldViolationsBuilder().setField(detail.where()).setDescription(detail.what());
        }
        return faults.build();
    }
}
