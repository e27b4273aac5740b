package io.millrace.inference.rest.oip;

import com.fasterxml.jackson.core.JacksonException;
import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** Refusals in the protocol's form, {@code {"error": text}}, with the statuses that Triton has: 404, 500, 501, 503, and 400 for the rest. */
final class OipErrors {
    /** The body of a refusal. */
    @RegisterForReflection
    record Failure(String error) {}

    /** What answers one call. */
    @FunctionalInterface
    interface Work {
        Response answer() throws IOException;
    }

    private OipErrors() {}

    static Response answer(Work work) {
        try {
            return work.answer();
        } catch (Refusal refusal) {
            return refused(refusal);
        } catch (JacksonException e) {
            return failed(400, "the body is not the JSON that is expected here: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory could not be read or written", e);
        }
    }

    static Response refused(Refusal refusal) {
        Response response = failed(status(refusal.reason().kind()), refusal.getMessage());
        return refusal.retryAfter()
                .map(after -> Response.fromResponse(response)
                        .header("Retry-After", Math.max(1, after.toSeconds()))
                        .build())
                .orElse(response);
    }

    static Response failed(int status, String text) {
        // KServe's client takes the text from exactly this type; Triton's asynchronous one asks for compression that it
        // cannot undo in errors.
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.CONTENT_ENCODING, "identity")
                .entity(new Failure(text))
                .build();
    }

    /** Busy and late calls may come again, which 503 says to clients that know no more than the protocol. */
    private static int status(Reason.Kind kind) {
        return switch (kind) {
            case NOT_FOUND -> 404;
            case INTERNAL -> 500;
            case UNIMPLEMENTED -> 501;
            case UNAVAILABLE, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED -> 503;
            case UNAUTHENTICATED -> 401;
            case PERMISSION_DENIED -> 403;
            case INVALID_ARGUMENT, ALREADY_EXISTS, FAILED_PRECONDITION -> 400;
        };
    }
}
