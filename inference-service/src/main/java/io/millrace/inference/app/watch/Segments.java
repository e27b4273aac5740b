package io.millrace.inference.app.watch;

import io.millrace.inference.domain.watch.DriftReport.Segment;
import io.millrace.models.kernel.drift.DriftAlarm;
import io.millrace.models.kernel.drift.FeatureReference;
import io.millrace.models.kernel.drift.Slice;
import io.millrace.models.kernel.drift.SliceColumn;
import io.millrace.models.kernel.drift.SliceSearch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** In which segments something moved more than elsewhere: rows of the reference and of now, cut by the categories of texts and the quarters of numbers. */
final class Segments {
    private static final int BEAM = 20;
    private static final long LEAST_ROWS = 20;
    private static final double ALPHA = 0.01;
    private static final int MOST = 5;

    private final Reference reference;
    private final List<SampleRow> rows = new ArrayList<>();
    private final int before;

    Segments(Reference reference, Collection<SampleRow> now) {
        this.reference = reference;
        rows.addAll(reference.sample());
        this.before = rows.size();
        rows.addAll(now);
    }

    /**
     * Searches.
     *
     * @param column that moved; −1 for the predictions
     * @param kind how it moved
     */
    List<Segment> of(int column, DriftAlarm.Kind kind) {
        String name =
                column < 0 ? Reference.SCORE : reference.columns().get(column).name();
        return switch (kind) {
            case MISSING -> search(column, "missing " + name, row -> isMissing(row, column) ? 1 : 0, false);
            case DISTRIBUTION, NEW_CATEGORIES -> {
                if (column < 0) {
                    yield search(column, name, row -> row.score, true);
                }
                if (reference.columns().get(column).isNumeric()) {
                    yield search(column, name, row -> row.numbers[column], true);
                }
                String risen = risen(column);
                yield search(
                        column,
                        "share of " + name + " = " + risen,
                        row -> risen.equals(row.texts[column]) ? 1 : 0,
                        false);
            }
        };
    }

    private static boolean isMissing(SampleRow row, int column) {
        return Double.isNaN(row.numbers[column]) && row.texts[column] == null;
    }

    /** The category whose share rose most. */
    private String risen(int column) {
        var gaps = new HashMap<String, Double>();
        for (int i = 0; i < rows.size(); i++) {
            String text = rows.get(i).texts[column];
            if (text != null) {
                gaps.merge(text, i < before ? -1.0 / before : 1.0 / (rows.size() - before), Double::sum);
            }
        }
        return gaps.entrySet().stream()
                .max(Map.Entry.<String, Double>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElse("");
    }

    private List<Segment> search(
            int target, String name, ToDoubleFunction<SampleRow> value, boolean turnedWhereItFell) {
        int[] used = rowsWith(value);
        double sign = turnedWhereItFell && mean(used, value, false) < mean(used, value, true) ? -1 : 1;
        List<Cut> cuts = cuts(target);
        int[][] categories = new int[used.length][cuts.size()];
        double[] values = new double[used.length];
        boolean[] current = new boolean[used.length];
        for (int i = 0; i < used.length; i++) {
            SampleRow row = rows.get(used[i]);
            for (int j = 0; j < cuts.size(); j++) {
                categories[i][j] = cuts.get(j).of(row);
            }
            values[i] = sign * value.applyAsDouble(row);
            current[i] = used[i] >= before;
        }
        return new SliceSearch(BEAM, LEAST_ROWS, ALPHA)
                .search(categories, values, current).stream()
                        .limit(MOST)
                        .map(slice -> segment(slice, cuts, name, sign))
                        .toList();
    }

    private int[] rowsWith(ToDoubleFunction<SampleRow> value) {
        int[] used = new int[rows.size()];
        int count = 0;
        for (int i = 0; i < used.length; i++) {
            if (Double.isFinite(value.applyAsDouble(rows.get(i)))) {
                used[count++] = i;
            }
        }
        return Arrays.copyOf(used, count);
    }

    private double mean(int[] used, ToDoubleFunction<SampleRow> value, boolean ofReference) {
        return Arrays.stream(used)
                .filter(i -> ofReference == i < before)
                .mapToDouble(i -> value.applyAsDouble(rows.get(i)))
                .average()
                .orElse(0);
    }

    private static Segment segment(Slice slice, List<Cut> cuts, String name, double sign) {
        return new Segment(
                slice.conditions().stream()
                        .map(condition -> cuts.get(condition.column()).by().text(condition.category()))
                        .toList(),
                name,
                slice.referenceRows(),
                slice.currentRows(),
                sign * slice.referenceMean(),
                sign * slice.currentMean(),
                slice.share(),
                slice.p());
    }

    private List<Cut> cuts(int target) {
        var cuts = new ArrayList<Cut>();
        for (int i = 0; i < reference.columns().size(); i++) {
            if (i != target) {
                cuts.add(cut(i));
            }
        }
        return cuts;
    }

    private Cut cut(int column) {
        FeatureReference of = reference.columns().get(column);
        return new Cut(
                column,
                of.isNumeric()
                        ? SliceColumn.ofNumbers(
                                of.name(),
                                reference.sample().stream()
                                        .mapToDouble(row -> row.numbers[column])
                                        .toArray())
                        : SliceColumn.ofTexts(of.name()),
                of.isNumeric());
    }

    /** A column and how it is cut. */
    private record Cut(int column, SliceColumn by, boolean isNumeric) {
        int of(SampleRow row) {
            return isNumeric ? by.of(row.numbers[column]) : by.of(row.texts[column]);
        }
    }
}
