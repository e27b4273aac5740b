package io.millrace.gate.rest;

import com.fasterxml.jackson.core.JacksonException;
import io.millrace.gate.GateReason;
import io.millrace.gate.Refusal;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The one place where what a resource method throws becomes an HTTP answer. */
public class ProblemMappers {
    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

    @ServerExceptionMapper
    public Response refusal(Refusal refusal) {
        Response response = Problem.response(refusal.reason(), refusal.getMessage(), refusal.details());
        return refusal.retryAfter()
                .map(after -> Response.fromResponse(response)
                        .header("Retry-After", Math.max(1, after.toSeconds()))
                        .build())
                .orElse(response);
    }

    @ServerExceptionMapper
    public Response malformed(JacksonException e) {
        return Problem.response(
                GateReason.MALFORMED_REQUEST,
                "the body is not the JSON that is expected here: " + e.getOriginalMessage(),
                List.of());
    }

    /** What JAX-RS itself refuses (unknown path, method, media type) keeps its status; a body that cannot be read names its cause. */
    @ServerExceptionMapper
    public Response framework(WebApplicationException e) {
        if (e.getCause() instanceof JacksonException cause) {
            return malformed(cause);
        }
        return e.getResponse();
    }

    @ServerExceptionMapper
    public Response unknown(Throwable e) {
        LOG.error("A REST request failed", e);
        return Problem.response(GateReason.INTERNAL, "an error that is not yours; it has been logged", List.of());
    }
}
