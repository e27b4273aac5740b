package io.millrace.gate.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import jakarta.ws.rs.core.Response;
import java.util.List;

/**
 * A refusal as {@code application/problem+json} (RFC 9457). {@code type} is {@code urn:millrace:reason:<REASON>}.
 *
 * @param errors the single faults; absent where the request has one only
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        String type, String title, int status, String detail, String reason, List<Refusal.Detail> errors) {
    public static final String MEDIA_TYPE = "application/problem+json";

    static Response response(Reason reason, String detail, List<Refusal.Detail> errors) {
        int status = reason.kind().httpStatus();
        String title = reason.kind().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        return Response.status(status)
                .type(MEDIA_TYPE)
                .entity(new Problem(
                        "urn:millrace:reason:" + reason.name(), title, status, detail, reason.name(), errors))
                .build();
    }
}
