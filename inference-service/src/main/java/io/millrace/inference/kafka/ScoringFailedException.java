package io.millrace.inference.kafka;

/** Scoring threw what it does not declare: one of the batch's records may be the cause. */
final class ScoringFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ScoringFailedException(RuntimeException cause) {
        super(cause.toString(), cause);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
