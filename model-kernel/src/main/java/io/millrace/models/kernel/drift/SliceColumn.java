package io.millrace.models.kernel.drift;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A column that rows are cut into slices by: texts by themselves, numbers at the quarters of those that are known. Not thread-safe. */
public final class SliceColumn {
    private static final int MISSING = -1;

    private final String name;
    private final double @Nullable [] edges;
    private final List<String> texts = new ArrayList<>();
    private final Map<String, Integer> places = new HashMap<>();

    private SliceColumn(String name, double @Nullable [] edges) {
        this.name = name;
        this.edges = edges;
    }

    /** A column of texts. */
    public static SliceColumn ofTexts(String name) {
        return new SliceColumn(name, null);
    }

    /**
     * A column of numbers.
     *
     * @param known of which the quarters are taken; those that are not finite are passed over
     */
    public static SliceColumn ofNumbers(String name, double[] known) {
        double[] sorted = Arrays.stream(known).filter(Double::isFinite).sorted().toArray();
        double[] quarters = sorted.length == 0
                ? new double[0]
                : IntStream.rangeClosed(1, 3)
                        .mapToDouble(quarter -> sorted[(int) ((long) quarter * (sorted.length - 1) / 4)])
                        .distinct()
                        .toArray();
        return new SliceColumn(name, quarters);
    }

    /** The category of a number; NaN is missing. */
    public int of(double number) {
        if (edges == null || Double.isNaN(number)) {
            return MISSING;
        }
        int at = Arrays.binarySearch(edges, number);
        return at >= 0 ? at : -at - 1;
    }

    /** The category of a text; null is missing. */
    public int of(@Nullable String text) {
        if (edges != null || text == null) {
            return MISSING;
        }
        Integer place = places.get(text);
        if (place == null) {
            place = texts.size();
            texts.add(text);
            places.put(text, place);
        }
        return place;
    }

    /** What a category is, such as {@code origin = ORD} or {@code distance > 733.000 and <= 1200.00}. */
    public String text(int category) {
        if (category == MISSING) {
            return name + " is missing";
        }
        if (edges == null) {
            return name + " = " + texts.get(category);
        }
        if (category == 0) {
            return edges.length == 0 ? name + " is known" : name + " <= " + number(edges[0]);
        }
        return category == edges.length
                ? name + " > " + number(edges[category - 1])
                : name + " > " + number(edges[category - 1]) + " and <= " + number(edges[category]);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.6g", value);
    }
}
