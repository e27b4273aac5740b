package io.millrace.inference.app.ensemble;

import io.millrace.features.kernel.condition.Expression;
import io.millrace.inference.domain.ensemble.Ensemble.Computed;
import io.millrace.inference.domain.ensemble.Ensemble.ModelStep;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What is done in one go: a model runs, or a tensor is computed. */
sealed interface Work {
    /** The step that it is of. */
    String step();

    /** Tensors that have to be there before. */
    Set<String> takes();

    /** Tensors that are there afterwards. */
    Set<String> makes();

    record Call(ModelStep of) implements Work {
        @Override
        public String step() {
            return of.name();
        }

        @Override
        public Set<String> takes() {
            return new LinkedHashSet<>(of.inputs().values());
        }

        @Override
        public Set<String> makes() {
            return new LinkedHashSet<>(of.outputs().values());
        }
    }

    /**
     * Computes a tensor.
     *
     * @param columns one for each expression that is right
     */
    record Computing(String step, Computed tensor, Set<String> takes, List<Column> columns) implements Work {
        public Computing {
            columns = List.copyOf(columns);
        }

        @Override
        public Set<String> makes() {
            return Set.of(tensor.name());
        }
    }

    /**
     * An expression.
     *
     * @param variables tensors whose values it is given, in this order
     */
    record Column(List<String> variables, Expression expression) {
        public Column {
            variables = List.copyOf(variables);
        }
    }
}
