package io.millrace.models.kernel.drift;

import io.millrace.models.kernel.statistics.Distributions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a rise comes from: slices of one and of two categories in which the mean of a value (an error, a score, whether it is missing) rose more than in all other rows. A beam search like that of Slice Finder (Chung,
 * Kraska, Polyzotis, Tae and Whang, 2019), by a z-test of the difference of the two rises, with the correction of Bonferroni for all slices that were looked at. A slice of two is named only if it is surer than both that
 * it is made of.
 */
public final class SliceSearch {
    private final int beam;
    private final long minimumRows;
    private final double alpha;

    /**
     * A search.
     *
     * @param beam how many slices of one category are looked into, 1 to 1,000
     * @param minimumRows of a slice, on either side, at least 2
     * @param alpha the chance that it names any slice where all rise alike
     */
    public SliceSearch(int beam, long minimumRows, double alpha) {
        if (beam < 1 || beam > 1_000 || minimumRows < 2 || !(alpha > 0 && alpha < 1)) {
            throw new IllegalArgumentException("beam " + beam + ", rows " + minimumRows + ", alpha " + alpha);
        }
        this.beam = beam;
        this.minimumRows = minimumRows;
        this.alpha = alpha;
    }

    /** Rows, and of each of two sides the count, sum and sum of squares of the value. */
    private static final class Sums {
        final double[] sums = new double[6];

        void add(boolean current, double value) {
            int at = current ? 3 : 0;
            sums[at]++;
            sums[at + 1] += value;
            sums[at + 2] += value * value;
        }
    }

    private record Candidate(List<Slice.Condition> conditions, Sums sums, double z) {}

    /**
     * The slices, surest first, none of which is likely by chance.
     *
     * @param categories of each row by column, from 0
     * @param values of each row, finite
     * @param current whether the row is of now, or else of the reference
     */
    public List<Slice> search(int[][] categories, double[] values, boolean[] current) {
        var all = new Sums();
        for (int i = 0; i < values.length; i++) {
            all.add(current[i], values[i]);
        }
        List<Candidate> single = candidates(categories, values, current, all, null);
        single.sort(Comparator.comparingDouble((Candidate c) -> -c.z()));
        int looked = single.size();
        List<Candidate> found = new ArrayList<>(single);
        for (Candidate first : single.subList(0, Math.min(beam, single.size()))) {
            List<Candidate> pairs = candidates(categories, values, current, all, first);
            looked += pairs.size();
            pairs.removeIf(pair -> !surer(pair, first, single));
            found.addAll(pairs);
        }
        found.sort(Comparator.comparingDouble((Candidate c) -> -c.z()));
        double rise = rise(all) * all.sums[3];
        List<Slice> slices = new ArrayList<>();
        for (Candidate candidate : found) {
            double p = Math.min(1, looked * Distributions.normalBelow(-candidate.z()));
            if (p <= alpha && isNew(candidate, slices)) {
                slices.add(slice(candidate, rise, p));
            }
        }
        return List.copyOf(slices);
    }

    /**
     * The slices in which the mean of a value is above that of all other rows, surest first, none of which is likely by chance: those in which it rose from a reference in which it is 0 everywhere.
     *
     * @param categories of each row by column, from 0
     * @param values of each row, finite
     */
    public List<Slice> above(int[][] categories, double[] values) {
        int rows = values.length;
        int[][] both = Arrays.copyOf(categories, 2 * rows);
        System.arraycopy(categories, 0, both, rows, rows);
        boolean[] current = new boolean[2 * rows];
        Arrays.fill(current, 0, rows, true);
        return search(both, Arrays.copyOf(values, 2 * rows), current);
    }

    private List<Candidate> candidates(
            int[][] categories, double[] values, boolean[] current, Sums all, @Nullable Candidate within) {
        int columns = categories.length == 0 ? 0 : categories[0].length;
        List<Candidate> candidates = new ArrayList<>();
        for (int column = 0; column < columns; column++) {
            int own = column;
            if (within != null && within.conditions().stream().anyMatch(c -> c.column() == own)) {
                continue;
            }
            Map<Integer, Sums> byCategory = new HashMap<>();
            for (int i = 0; i < values.length; i++) {
                if (within == null || meets(categories[i], within.conditions())) {
                    byCategory
                            .computeIfAbsent(categories[i][column], _ -> new Sums())
                            .add(current[i], values[i]);
                }
            }
            byCategory.forEach((category, sums) -> {
                if (Math.min(sums.sums[0], sums.sums[3]) >= minimumRows) {
                    List<Slice.Condition> conditions =
                            new ArrayList<>(within == null ? List.of() : within.conditions());
                    conditions.add(new Slice.Condition(own, category));
                    conditions.sort(Comparator.comparingInt(Slice.Condition::column));
                    candidates.add(new Candidate(List.copyOf(conditions), sums, z(sums, all)));
                }
            });
        }
        return candidates;
    }

    private static boolean meets(int[] row, List<Slice.Condition> conditions) {
        for (Slice.Condition condition : conditions) {
            if (row[condition.column()] != condition.category()) {
                return false;
            }
        }
        return true;
    }

    private static boolean surer(Candidate pair, Candidate first, List<Candidate> single) {
        for (Candidate other : single) {
            if (pair.conditions().containsAll(other.conditions()) && other.z() >= pair.z()) {
                return false;
            }
        }
        return pair.z() > first.z();
    }

    /** The same pair is reached from both of its parts. */
    private static boolean isNew(Candidate candidate, List<Slice> slices) {
        return slices.stream().noneMatch(slice -> slice.conditions().equals(candidate.conditions()));
    }

    /** How much more the slice rose than the other rows, in standard errors. */
    private static double z(Sums slice, Sums all) {
        var rest = new Sums();
        for (int i = 0; i < 6; i++) {
            rest.sums[i] = all.sums[i] - slice.sums[i];
        }
        if (Math.min(rest.sums[0], rest.sums[3]) < 2) {
            return 0;
        }
        double variance = variance(slice, 0) + variance(slice, 3) + variance(rest, 0) + variance(rest, 3);
        return variance > 0 ? (rise(slice) - rise(rest)) / Math.sqrt(variance) : 0;
    }

    private static double rise(Sums sums) {
        return sums.sums[4] / sums.sums[3] - sums.sums[1] / sums.sums[0];
    }

    private static double variance(Sums sums, int at) {
        double count = sums.sums[at];
        double mean = sums.sums[at + 1] / count;
        return Math.max(0, sums.sums[at + 2] / count - mean * mean) / (count - 1);
    }

    private static Slice slice(Candidate candidate, double rise, double p) {
        double[] sums = candidate.sums().sums;
        return new Slice(
                candidate.conditions(),
                (long) sums[0],
                (long) sums[3],
                sums[1] / sums[0],
                sums[4] / sums[3],
                rise(candidate.sums()) * sums[3] / rise,
                p);
    }
}
