package io.millrace.inference.app.condition;

/** A compiled condition. Thread-safe; the same facts give the same answer everywhere, each time. */
@FunctionalInterface
public interface PredictionCondition {
    /** Whether the facts meet it. What cannot be decided, such as a comparison with a feature that is missing, is not met. */
    boolean isMetBy(Facts facts);
}
