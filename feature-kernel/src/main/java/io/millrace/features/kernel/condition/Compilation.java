package io.millrace.features.kernel.condition;

/** What compiling a condition gave. */
public sealed interface Compilation {
    record Compiled(Condition condition) implements Compilation {}

    /**
     * @param column where in the expression, from 1
     * @param message what is wrong, for the author of the expression
     */
    record Faulty(int column, String message) implements Compilation {}
}
