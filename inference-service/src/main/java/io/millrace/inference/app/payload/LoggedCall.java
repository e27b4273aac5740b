package io.millrace.inference.app.payload;

import java.time.Instant;

/**
 * A call with its answer, as it is logged: what may not be logged is gone.
 *
 * @param id the caller's, or made
 * @param kind {@code pipeline} or {@code model}
 * @param name of the pipeline or model that was called
 * @param model the model that answered, with its version and digest; each empty where that is not known
 * @param status OK, or the reason why the call was refused
 * @param micros how long it took
 * @param request JSON
 * @param response JSON; {@code null} where the call was refused
 */
public record LoggedCall(
        String id,
        Instant time,
        String kind,
        String name,
        String model,
        String modelVersion,
        String modelDigest,
        String status,
        long micros,
        String request,
        String response) {}
