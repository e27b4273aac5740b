package io.millrace.features.kernel.condition;

import io.millrace.features.kernel.FeatureValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A compiled condition. Thread-safe and deterministic: the same fields give the same answer on every machine. */
public interface Condition {
    /**
     * Whether an event's fields meet the condition. Whatever cannot be decided (a comparison with a null, a division by zero, an overflow) is not
     * met.
     *
     * @param fields in the order in which the condition was compiled over them
     */
    boolean isMetBy(List<@Nullable FeatureValue> fields);
}
