package io.millrace.inference.app;

import io.millrace.gate.Reason;

/** Why inference-service refuses. The names are stable across releases; a row's own fault carries one as {@code RowScore.Invalid.reason}. */
public enum InferenceReason implements Reason {
    /** Definitions with faults; each is a detail. */
    INVALID_DEFINITION(Kind.INVALID_ARGUMENT),
    PIPELINE_NOT_FOUND(Kind.NOT_FOUND),
    /** A pipeline is moved only while it is paused. */
    PIPELINE_NOT_PAUSED(Kind.FAILED_PRECONDITION),
    /** A replica is still in the group of a pipeline that is paused. */
    PIPELINE_IN_USE(Kind.FAILED_PRECONDITION),
    /** Moving a pipeline would skip records, which nobody asked for. */
    WOULD_SKIP(Kind.FAILED_PRECONDITION),
    /** Committed offsets, or records, cannot be read or written at the moment. */
    OFFSETS_UNAVAILABLE(Kind.UNAVAILABLE),
    /** The events that a prediction rests on are not all in the offline store yet: ask again. */
    REPLAY_NOT_YET(Kind.UNAVAILABLE),
    /** Definitions cannot be read or written at the moment. */
    DEFINITIONS_UNAVAILABLE(Kind.UNAVAILABLE),
    /** A request without rows, with too many, or with an option outside its bounds. */
    INVALID_REQUEST(Kind.INVALID_ARGUMENT),
    /** A tensor whose shape, type or data do not fit together, or not what the model takes; an input that is missing or that the model does not have. */
    INVALID_TENSOR(Kind.INVALID_ARGUMENT),
    /** No model or pipeline has this name, or no version this number. */
    MODEL_NOT_FOUND(Kind.NOT_FOUND),
    /** A model or version is in the repository, but does not serve: it is refused or was unloaded. */
    MODEL_UNAVAILABLE(Kind.UNAVAILABLE),
    /** A row lacks a join key or a request field. */
    MISSING_FIELD(Kind.INVALID_ARGUMENT),
    /** A join key, request field or feature is of a type that it must not have. */
    WRONG_TYPE(Kind.INVALID_ARGUMENT),
    /** A request field or feature is NaN or infinite, or becomes so in the model's input type. */
    NOT_FINITE(Kind.INVALID_ARGUMENT),
    /** A feature is missing or null, and nothing may stand in. */
    FEATURE_MISSING(Kind.FAILED_PRECONDITION),
    /** A feature is older than its view's ttl, and nothing may stand in. */
    FEATURE_EXPIRED(Kind.FAILED_PRECONDITION),
    /** The instant lies before what the view retains: no value is known, which is not the same as missing. */
    BEFORE_RETENTION(Kind.FAILED_PRECONDITION),
    /** The model's prediction is NaN or infinite. */
    PREDICTION_NOT_FINITE(Kind.FAILED_PRECONDITION),
    /** No version of the model serves. */
    MODEL_NOT_SERVING(Kind.FAILED_PRECONDITION),
    /** A version serves, but needs what the pipeline does not give. */
    MODEL_DOES_NOT_FIT(Kind.FAILED_PRECONDITION),
    /** What is asked of a model is worked out of the rows that it was registered with, and it brings none. */
    REFERENCE_MISSING(Kind.FAILED_PRECONDITION),
    /** The engine failed while it ran the model. */
    MODEL_FAILED(Kind.INTERNAL),
    /** A view or feature that feature-service does not know. */
    FEATURE_NOT_FOUND(Kind.NOT_FOUND),
    /** A feature service that feature-service does not know. */
    FEATURE_SERVICE_NOT_FOUND(Kind.NOT_FOUND),
    /** feature-service does not take the look-up as it is. */
    FEATURES_REFUSED(Kind.FAILED_PRECONDITION),
    FEATURES_UNAVAILABLE(Kind.UNAVAILABLE),
    FEATURES_BUSY(Kind.RESOURCE_EXHAUSTED),
    /** As many requests as are allowed are under way. */
    BUSY(Kind.RESOURCE_EXHAUSTED),
    DEPLOYMENT_NOT_FOUND(Kind.NOT_FOUND),
    LABELS_NOT_FOUND(Kind.NOT_FOUND),
    /** Another replica reads these labels, or none does at the moment: ask again, or there. */
    LABELS_ELSEWHERE(Kind.UNAVAILABLE),
    /** A deployment has no such definition to go back to. */
    REVISION_NOT_FOUND(Kind.NOT_FOUND),
    ONLINE_MODEL_NOT_FOUND(Kind.NOT_FOUND),
    /** Only an online model that is frozen is resumed. */
    ONLINE_MODEL_NOT_FROZEN(Kind.FAILED_PRECONDITION),
    /** Another revision of a deployment holds than the caller says. */
    DEPLOYMENT_CHANGED(Kind.FAILED_PRECONDITION),
    /** A deployment has no experiment, and had none that was decided. */
    EXPERIMENT_NOT_FOUND(Kind.NOT_FOUND),
    /** The evidence does not ask for what the caller wants done, or nothing is known of it yet. */
    EXPERIMENT_UNDECIDED(Kind.FAILED_PRECONDITION),
    DEADLINE_EXCEEDED(Kind.DEADLINE_EXCEEDED),
    /** The caller went away before its answer was there; nobody reads this. */
    CALLER_GONE(Kind.DEADLINE_EXCEEDED),
    /** A call of the protocol that there is no meaning for here. */
    NOT_OFFERED(Kind.UNIMPLEMENTED),
    /** There is no job of this id. */
    JOB_NOT_FOUND(Kind.NOT_FOUND),
    /** As many jobs as are allowed are waiting. */
    TOO_MANY_JOBS(Kind.RESOURCE_EXHAUSTED),
    /** The import folder has no such file, or there is no import folder. */
    IMPORT_NOT_FOUND(Kind.NOT_FOUND),
    /** A job has not written its file yet, or the file was removed since. */
    FILE_NOT_READY(Kind.FAILED_PRECONDITION);

    private final Kind kind;

    InferenceReason(Kind kind) {
        this.kind = kind;
    }

    @Override
    public String domain() {
        return "millrace.inference";
    }

    @Override
    public Kind kind() {
        return kind;
    }
}
