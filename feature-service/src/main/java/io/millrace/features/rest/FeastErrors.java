package io.millrace.features.rest;

import io.millrace.features.app.FeatureReason;
import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;

/**
 * Refusals in Feast's form, for its endpoints alone. An error is a JSON <em>string</em> that holds the JSON of {@code {module, class, message}};
 * Feast's client makes the exception of that class from it. A body of the wrong shape is a 422 with {@code {"detail": [...]}}. Where Feast's server
 * answers 500 to a wrong request (an unknown feature, a missing key, ragged columns) this one answers 4xx: the client retries 500s in vain.
 */
final class FeastErrors {
    private FeastErrors() {}

    /** What is wrong with the shape of a body: FastAPI's words. */
    @RegisterForReflection
    record Shape(String type, List<String> loc, String msg) {}

    @RegisterForReflection
    private record Detail(List<Shape> detail) {}

    static Response of(Refusal refusal) {
        String type =
                switch (refusal.reason()) {
                    case FeatureReason reason ->
                        switch (reason) {
                            case VIEW_NOT_FOUND, MALFORMED_NAME -> "FeatureViewNotFoundException";
                            case FEATURE_SERVICE_NOT_FOUND -> "FeatureServiceNotFoundException";
                            case FEATURE_NOT_FOUND -> "FeastObjectNotFoundException";
                            case COLUMN_MISSING -> "EntityNotFoundException";
                            case REQUEST_DATA_MISSING -> "RequestDataNotFoundInEntityRowsException";
                            case NAME_CLASH -> "FeatureNameCollisionError";
                            case MALFORMED_FEATURE_REFERENCE,
                                    MALFORMED_REQUEST,
                                    EMPTY_REQUEST,
                                    TOO_MANY_ROWS,
                                    TOO_MANY_FEATURES,
                                    RAGGED_COLUMNS,
                                    UNKNOWN_COLUMN,
                                    WRONG_VALUE_TYPE,
                                    WRONG_AS_OF,
                                    WRONG_VECTOR,
                                    WRONG_FILTER,
                                    VECTORS_UNAVAILABLE,
                                    INVALID_DEFINITION,
                                    INVALID_ROW,
                                    SERVED_VERSION_CHANGED,
                                    DEFINITION_NOT_FOUND,
                                    DEFINITION_IN_USE,
                                    NO_PUSH_SOURCE,
                                    NO_BACKUP,
                                    COPIES_ARE_REDIS_OWN,
                                    RECORDS_GONE,
                                    TOO_MANY_READS,
                                    TOO_MANY_PUSH_STREAMS,
                                    JOB_NOT_FOUND,
                                    TOO_MANY_JOBS,
                                    IMPORT_NOT_FOUND,
                                    TRAINING_SET_NOT_READY,
                                    DELETION_NOT_FOUND,
                                    NO_BATCH_SOURCE,
                                    WRONG_RANGE,
                                    DELETIONS_UNAVAILABLE,
                                    DEADLINE_PASSED,
                                    DEFINITIONS_UNAVAILABLE,
                                    PUSH_LOG_UNAVAILABLE,
                                    ONLINE_STORE_UNAVAILABLE,
                                    OFFLINE_STORE_BEHIND,
                                    OFFLINE_STORE_UNAVAILABLE,
                                    TOO_MANY_EVENTS -> "FeastError";
                        };
                    case Reason _ -> "FeastError";
                };
        // What nothing can be called is not found by Feast.
        int status = refusal.reason() == FeatureReason.REQUEST_DATA_MISSING
                        || refusal.reason() == FeatureReason.MALFORMED_NAME
                ? 404
                : refusal.reason().kind().httpStatus();
        Response response = json(status, quoted(error(type, refusal.getMessage())));
        return refusal.retryAfter()
                .map(after -> Response.fromResponse(response)
                        .header("Retry-After", Math.max(1, after.toSeconds()))
                        .build())
                .orElse(response);
    }

    /** What was begun and not done, for a reason of ours. */
    static Response failed(String why) {
        return json(500, quoted(error("FeastError", why)));
    }

    /** Feast's one 422 that is an error of its own. */
    static Response noPushSource(String name, String hint) {
        return json(
                422,
                quoted(error(
                        "PushSourceNotFoundException",
                        "Unable to find push source '" + name + "'" + (hint.isEmpty() ? "." : hint))));
    }

    static Response shape(List<Shape> faults) {
        return Response.status(422)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(new Detail(faults))
                .build();
    }

    /** As Python's json.dumps writes it. */
    private static String error(String type, String message) {
        return "{\"module\": \"feast.errors\", \"class\": \"" + type + "\", \"message\": " + quoted(message) + "}";
    }

    private static String quoted(String text) {
        return '"'
                + new String(com.fasterxml.jackson.core.io.JsonStringEncoder.getInstance()
                        .quoteAsString(text))
                + '"';
    }

    private static Response json(int status, String body) {
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(body)
                .build();
    }
}
