package io.millrace.inference.engine.form;

import io.millrace.inference.app.explain.ModelReading;
import io.millrace.inference.app.explain.ModelReading.Read;
import io.millrace.inference.domain.explain.Link;
import java.util.List;

/**
 * What a file seems to compute, until the engine's answers say so.
 *
 * @param classes of a softmax, the form among them; else none
 */
record Candidate(Read form, List<Read> classes) {
    static Candidate of(Read form) {
        return new Candidate(form, List.of());
    }

    double prediction(double[] row) {
        if (form.link() != Link.SOFTMAX) {
            return form.link().prediction(form.sum(row));
        }
        double own = form.sum(row);
        double all = 0;
        for (Read each : classes) {
            all += Math.exp(each.sum(row) - own);
        }
        return 1 / all;
    }

    boolean isProbability() {
        return form.link() == Link.LOGISTIC || form.link() == Link.SOFTMAX;
    }

    /** How much the prediction moves with the sum there. */
    double slope(double[] row) {
        if (form.link() != Link.SOFTMAX) {
            return form.link().slope(form.sum(row));
        }
        double p = prediction(row);
        return p * (1 - p);
    }

    /** How far the engine's sum may lie from the form's for its rounding alone: it adds up in 32 bits, tree by tree. */
    double rounding() {
        if (!(form instanceof ModelReading.Trees trees)) {
            return 0;
        }
        return Math.ulp(1f)
                * Math.sqrt(trees.trees().trees().size())
                * trees.trees().largestSum()
                / 2;
    }
}
