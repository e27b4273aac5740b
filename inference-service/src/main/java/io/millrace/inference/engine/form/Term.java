package io.millrace.inference.engine.form;

import io.millrace.inference.app.explain.ModelReading;
import io.millrace.inference.domain.explain.Link;
import java.util.List;

/** What a column of a value of the graph is of a row. */
sealed interface Term {
    /** A column that the model takes, perhaps scaled. */
    record Raw(ModelReading.Column column) implements Term {}

    /** A column that the model takes, between bounds. */
    record Cut(int source, double lowest, double highest) implements Term {}

    /** {@code bias + Σ weights · row}, of columns between the bounds that {@link Terms} knows. */
    record Linear(double bias, double[] weights) implements Term {}

    /** {@code bias + factor ·} the sum of trees for a target. */
    record Trees(Forest forest, int target, double factor, double bias) implements Term {}

    record Linked(Link link, Term sum) implements Term {}

    /** A class's share of a softmax. */
    record Softmax(List<Term> sums, int place) implements Term {}
}
