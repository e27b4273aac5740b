package io.millrace.inference.engine.form;

import io.millrace.inference.app.explain.ModelReading;
import io.millrace.inference.app.explain.ModelReading.Scaling;
import io.millrace.inference.domain.explain.Link;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Sums and multiples of terms. */
final class Terms {
    /** Multiplications that one file may ask for. */
    private static final long MOST_WORK = 50_000_000;

    private final int width;
    private final double[] lowest;
    private final double[] highest;
    private long work;

    /** @param width columns of a row */
    Terms(int width) {
        this.width = width;
        this.lowest = new double[width];
        this.highest = new double[width];
        Arrays.fill(lowest, Double.NaN);
        Arrays.fill(highest, Double.NaN);
    }

    /** What each column is cut at below, in all linear terms; −∞ where it is not. */
    double[] lowest() {
        return Arrays.stream(lowest)
                .map(bound -> Double.isNaN(bound) ? Double.NEGATIVE_INFINITY : bound)
                .toArray();
    }

    double[] highest() {
        return Arrays.stream(highest)
                .map(bound -> Double.isNaN(bound) ? Double.POSITIVE_INFINITY : bound)
                .toArray();
    }

    /** A column between bounds. */
    Term cut(Term term, double low, double high) throws UnreadException {
        Term.Cut cut =
                switch (term) {
                    case Term.Raw(ModelReading.Column column)
                    when column.scaling() == null -> new Term.Cut(column.source(), low, high);
                    case Term.Cut(int source, double from, double to) ->
                        new Term.Cut(source, Math.max(from, low), Math.min(to, high));
                    default -> throw new UnreadException("cuts what is computed of columns");
                };
        if (!(cut.lowest() <= cut.highest())) {
            throw new UnreadException("cuts a column at " + cut.lowest() + " below and " + cut.highest() + " above");
        }
        return cut;
    }

    /** One column has the same bounds wherever it counts, so that the whole is a sum over columns. */
    private void used(int source, double low, double high) throws UnreadException {
        boolean first = Double.isNaN(lowest[source]);
        if (!first && (lowest[source] != low || highest[source] != high)) {
            throw new UnreadException("cuts a column in two ways");
        }
        lowest[source] = low;
        highest[source] = high;
    }

    int width() {
        return width;
    }

    /** {@code bias + Σ factors · terms}. */
    Term sum(double bias, double[] factors, Columns of) throws UnreadException {
        if (factors.length == 1) {
            return affine(of.at(0), factors[0], bias);
        }
        double[] weights = new double[width];
        double sum = bias;
        for (int i = 0; i < factors.length; i++) {
            sum += add(of.at(i), factors[i], weights);
        }
        return new Term.Linear(sum, weights);
    }

    /** {@code factor · term + bias}. */
    Term affine(Term term, double factor, double bias) throws UnreadException {
        if (factor == 1 && bias == 0) {
            return term;
        }
        return switch (term) {
            case Term.Raw _, Term.Cut _, Term.Linear _ -> {
                double[] weights = new double[width];
                double sum = add(term, factor, weights);
                yield new Term.Linear(sum + bias, weights);
            }
            case Term.Trees(Forest forest, int target, double by, double base) ->
                new Term.Trees(forest, target, by * factor, base * factor + bias);
            case Term.Linked(Link link, Term sum)
            when link == Link.LOGISTIC && factor == -1 && bias == 1 -> new Term.Linked(link, affine(sum, -1, 0));
            case Term.Linked _, Term.Softmax _ ->
                throw new UnreadException("computes with what is behind a link: × " + factor + " + " + bias);
        };
    }

    Term plus(Term one, Term other) throws UnreadException {
        if (one instanceof Term.Trees || other instanceof Term.Trees) {
            throw new UnreadException("adds trees to something else");
        }
        double[] weights = new double[width];
        double bias = add(one, 1, weights) + add(other, 1, weights);
        return new Term.Linear(bias, weights);
    }

    /** Adds a multiple of a term to weights; the rest of it is the answer. */
    private double add(Term term, double factor, double[] weights) throws UnreadException {
        return switch (term) {
            case Term.Raw(ModelReading.Column column) -> {
                used(column.source(), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
                Scaling scaling = column.scaling();
                if (scaling == null) {
                    weights[column.source()] += factor;
                    yield 0;
                }
                weights[column.source()] += factor * scaling.factor();
                yield -factor * scaling.factor() * scaling.offset();
            }
            case Term.Cut(int source, double low, double high) -> {
                used(source, low, high);
                weights[source] += factor;
                yield 0;
            }
            case Term.Linear(double bias, double[] of) -> {
                work += width;
                if (work > MOST_WORK) {
                    throw new UnreadException("has too many layers to be read as one");
                }
                for (int i = 0; i < width; i++) {
                    weights[i] += factor * of[i];
                }
                yield factor * bias;
            }
            case Term.Trees _ -> throw new UnreadException("adds trees to something else");
            case Term.Linked _, Term.Softmax _ -> throw new UnreadException("computes with what is behind a link");
        };
    }

    /** {@code factor · (term − offset)}. */
    Term scaled(Term term, double offset, double factor) throws UnreadException {
        if (term instanceof Term.Raw(ModelReading.Column column) && column.scaling() == null) {
            return new Term.Raw(
                    new ModelReading.Column(column.source(), true, new Scaling((float) offset, (float) factor)));
        }
        return affine(term, factor, -offset * factor);
    }

    /** The columns behind a link each. */
    static Columns linked(Link link, Columns of) {
        return Columns.of(of.count(), column -> {
            Term term = of.at(column);
            if (term instanceof Term.Linked || term instanceof Term.Softmax) {
                throw new UnreadException("has a link behind a link");
            }
            return new Term.Linked(link, term);
        });
    }

    /** The softmax over the columns; of two linear ones that is the logistic function of their distance. */
    Columns softmax(Columns of) {
        return Columns.of(of.count(), column -> {
            var sums = new ArrayList<Term>();
            for (int i = 0; i < of.count(); i++) {
                sums.add(of.at(i));
            }
            if (sums.stream().anyMatch(sum -> sum instanceof Term.Linked || sum instanceof Term.Softmax)) {
                throw new UnreadException("has a link behind a link");
            }
            if (sums.size() == 2 && sums.stream().noneMatch(Term.Trees.class::isInstance)) {
                return new Term.Linked(Link.LOGISTIC, plus(sums.get(column), affine(sums.get(1 - column), -1, 0)));
            }
            return new Term.Softmax(List.copyOf(sums), column);
        });
    }
}
