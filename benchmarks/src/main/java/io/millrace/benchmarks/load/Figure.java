package io.millrace.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One line of a result: a figure in several rounds, beside its floor in the same rounds.
 *
 * @param goal what the median of the rounds' ratios is to be; empty where there is none
 */
public record Figure(
        String name,
        String unit,
        List<Double> subject,
        List<Double> floor,
        @Nullable Goal goal) {
    /** @param atLeast whether the ratio is to be at least the bound, or at most */
    public record Goal(boolean atLeast, double bound) {
        public static Goal atLeast(double bound) {
            return new Goal(true, bound);
        }

        public static Goal atMost(double bound) {
            return new Goal(false, bound);
        }

        boolean isMetBy(double ratio) {
            return atLeast ? ratio >= bound : ratio <= bound;
        }
    }

    public Figure {
        subject = List.copyOf(subject);
        floor = List.copyOf(floor);
        if (subject.isEmpty() || !floor.isEmpty() && floor.size() != subject.size()) {
            throw new IllegalArgumentException("a figure has rounds, and as many of its floor or none");
        }
    }

    /** A figure that is shown without a floor. */
    public static Figure alone(String name, String unit, List<Double> rounds) {
        return new Figure(name, unit, rounds, List.of(), null);
    }

    /** The median over rounds of subject / floor; NaN where there is no floor. */
    public double ratio() {
        return floor.isEmpty() ? Double.NaN : median(ratios());
    }

    /** Whether the goal is met; true where there is none. */
    public boolean isMet() {
        return goal == null || goal.isMetBy(ratio());
    }

    private List<Double> ratios() {
        var ratios = new ArrayList<Double>();
        for (int i = 0; i < subject.size(); i++) {
            ratios.add(subject.get(i) / floor.get(i));
        }
        return ratios;
    }

    /** The figure as cells: name, min/median/max of the subject, of the floor, of the ratio, the goal and whether it is met. */
    List<String> cells() {
        String wanted = goal == null ? "" : (goal.atLeast() ? "≥ " : "≤ ") + number(goal.bound());
        return List.of(
                name,
                unit,
                spread(subject),
                floor.isEmpty() ? "" : spread(floor),
                floor.isEmpty() ? "" : spread(ratios()),
                wanted + (goal == null ? "" : isMet() ? " met" : " MISSED"));
    }

    public static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static String spread(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return number(sorted.getFirst()) + " / " + number(median(values)) + " / " + number(sorted.getLast());
    }

    private static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 1_000 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }
}
