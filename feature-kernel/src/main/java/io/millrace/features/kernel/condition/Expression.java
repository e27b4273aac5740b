package io.millrace.features.kernel.condition;

import io.millrace.features.kernel.FeatureValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A compiled expression. Thread-safe and deterministic: the same values give the same result on every machine. */
public interface Expression {
    /**
     * The result. It is null where it cannot be computed: where the evaluation meets a null that the expression does not handle, divides a whole
     * number by zero, overflows, or converts what has no such form.
     *
     * @param values in the order in which the expression was compiled over them
     */
    @Nullable
    FeatureValue evaluate(List<@Nullable FeatureValue> values);

    /** What compiling an expression gave. */
    sealed interface Compiled {
        record Usable(Expression expression) implements Compiled {}

        /**
         * @param column where in the expression, from 1
         * @param message what is wrong, for the author of the expression
         */
        record Faulty(int column, String message) implements Compiled {}
    }
}
