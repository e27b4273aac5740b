package io.millrace.inference.domain.explain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What each feature contributed to a prediction: base, values and others make the sum.
 *
 * @param method how they were found; {@link Method#NONE} where they could not be
 * @param link what makes the prediction of the sum: with {@link Link#IDENTITY} they are in the prediction's own unit, else in the margin's
 * @param base the sum where nothing is known of the row
 * @param values the largest by absolute value first, as many as were asked for
 * @param others what those that were not asked for contributed together
 * @param missing why there are none; else empty
 */
public record Contributions(
        Method method, Link link, double base, List<Contribution> values, double others, String missing) {
    public Contributions {
        values = List.copyOf(values);
    }

    /** How contributions are found. */
    public enum Method {
        /** Weight times distance from the background's mean, of a model that is read as linear. Exact. */
        LINEAR,
        /** TreeSHAP, of a model that is read as a sum of trees. Exact. */
        TREES,
        /** Permutations against the background; each value has its standard error. */
        SAMPLED,
        NONE;

        public boolean isExact() {
            return this == LINEAR || this == TREES;
        }
    }

    /** The unit that contributions are in. */
    public enum Scale {
        /** That of the sum before its link: log odds, a logarithm, or a class's own. */
        MARGIN,
        PREDICTION
    }

    /**
     * What a column of the model contributed.
     *
     * @param column a feature's reference, or a request field
     * @param standardError of the value where it was sampled; 0 where it is exact
     */
    public record Contribution(String column, double value, double standardError) {}

    /** Which contributions a prediction carries: none, all (0 or more than there are), or so many of the largest. */
    public record Wanted(boolean any, int largest) {
        public static final Wanted NONE = new Wanted(false, 0);
        public static final Wanted ALL = new Wanted(true, 0);

        public static Wanted largest(int count) {
            return new Wanted(true, count);
        }
    }

    /** None, and why. */
    public static Contributions missing(String why) {
        return new Contributions(Method.NONE, Link.IDENTITY, 0, List.of(), 0, why);
    }

    /** Of the values of all columns those that are wanted; equal sizes in the columns' order. */
    public static Contributions of(Method method, Link link, double base, List<Contribution> all, Wanted wanted) {
        var sorted = new ArrayList<>(all);
        sorted.sort(Comparator.comparingDouble((Contribution each) -> -Math.abs(each.value())));
        int kept = wanted.largest() == 0 ? sorted.size() : Math.min(sorted.size(), wanted.largest());
        double others = 0;
        for (Contribution other : sorted.subList(kept, sorted.size())) {
            others += other.value();
        }
        return new Contributions(method, link, base, sorted.subList(0, kept), others, "");
    }

    public Scale scale() {
        return link == Link.IDENTITY ? Scale.PREDICTION : Scale.MARGIN;
    }

    /** Base, values and others together. */
    public double sum() {
        double sum = base + others;
        for (Contribution each : values) {
            sum += each.value();
        }
        return sum;
    }
}
