package io.millrace.inference.app.label;

import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.label.LabelStream.Task;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Prediction;
import io.millrace.models.kernel.drift.Slice;
import io.millrace.models.kernel.drift.SliceColumn;
import io.millrace.models.kernel.drift.SliceSearch;
import io.millrace.models.kernel.measure.LogLoss;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Keeps the latest labelled predictions of each model version, as an answer or a shadow, and finds the slices of them in which it errs more. Of the versions that were labelled last, {@value #MOST} are kept. Thread-safe. */
public final class SlicesFold implements OutcomeFold {
    public static final String NAME = "slices";

    static final int MOST = 8;

    /** Labelled predictions of a version. */
    static final int ROWS = 1_000;

    private static final int MOST_FOUND = 5;
    private static final int BEAM = 20;
    private static final long LEAST_ROWS = 30;
    private static final double ALPHA = 0.01;
    private static final int LONGEST_TEXT = 64;

    private static final int NOTHING = 0;
    private static final int NUMBER = 1;
    private static final int TEXT = 2;

    private final Task task;
    private final Map<String, Kept> versions = new TreeMap<>();

    /** What is known of a prediction, and how far it was off. */
    private record Row(Map<String, Object> values, double error) {}

    private static final class Kept {
        private final Deque<Row> rows = new ArrayDeque<>();
        private long last = Long.MIN_VALUE;

        void add(Row row) {
            rows.addLast(row);
            if (rows.size() > ROWS) {
                rows.removeFirst();
            }
        }
    }

    /**
     * Rows of which a version errs more than of all others.
     *
     * @param conditions that they meet, all of them
     * @param error its mean there: the log loss of classes, the absolute error of numbers
     * @param standardError of that mean
     * @param rows of the slice, of {@code of} that were looked at
     */
    public record ErrorSlice(List<String> conditions, double error, double standardError, long rows, long of) {
        public ErrorSlice {
            conditions = List.copyOf(conditions);
        }
    }

    SlicesFold(LabelStream labels) {
        this.task = labels.task();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String fingerprint() {
        return "1 " + (task instanceof Task.Classification);
    }

    @Override
    public synchronized void fold(Outcome outcome, long offset) {
        if (!(outcome instanceof Labelled labelled)) {
            return;
        }
        Prediction of = labelled.prediction();
        double error = task instanceof Task.Classification
                ? LogLoss.of(of.value(), labelled.label() > 0.5)
                : Math.abs(labelled.label() - of.value());
        if (!Double.isFinite(error)) {
            return;
        }
        var values = new HashMap<String, Object>();
        of.values().forEach((name, value) -> values.put(name, held(value)));
        of.entity().forEach((name, value) -> values.put(name, held(String.valueOf(value))));
        Kept kept = kept(key(of.model().name(), of.model().version()));
        kept.last = Math.max(kept.last, labelled.micros());
        kept.add(new Row(values, error));
    }

    private static Object held(Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        String text = value.toString();
        return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
    }

    private Kept kept(String key) {
        Kept known = versions.get(key);
        if (known != null) {
            return known;
        }
        if (versions.size() >= MOST) {
            versions.entrySet().stream()
                    .min(Comparator.comparingLong(entry -> entry.getValue().last))
                    .map(Map.Entry::getKey)
                    .ifPresent(versions::remove);
        }
        var made = new Kept();
        versions.put(key, made);
        return made;
    }

    private static String key(String model, String version) {
        return model + "/" + version;
    }

    /** The slices of a version, surest first; none where nothing stands out. */
    public synchronized List<ErrorSlice> slices(String model, String version) {
        Kept kept = versions.get(key(model, version));
        if (kept == null || kept.rows.size() < 2 * LEAST_ROWS) {
            return List.of();
        }
        List<Row> rows = List.copyOf(kept.rows);
        List<String> names = names(rows);
        int[][] categories = new int[rows.size()][names.size()];
        var columns = new ArrayList<SliceColumn>();
        for (int column = 0; column < names.size(); column++) {
            columns.add(cut(rows, names.get(column), categories, column));
        }
        double[] errors = rows.stream().mapToDouble(Row::error).toArray();
        return new SliceSearch(BEAM, LEAST_ROWS, ALPHA)
                .above(categories, errors).stream()
                        .limit(MOST_FOUND)
                        .map(slice -> slice(slice, columns, categories, errors))
                        .toList();
    }

    private static List<String> names(List<Row> rows) {
        var names = new TreeSet<String>();
        rows.forEach(row -> names.addAll(row.values().keySet()));
        return List.copyOf(names);
    }

    /** Cuts a column: one in which any value is a text by texts. */
    private static SliceColumn cut(List<Row> rows, String name, int[][] categories, int place) {
        boolean isNumeric = rows.stream().noneMatch(row -> row.values().get(name) instanceof String);
        SliceColumn column = isNumeric
                ? SliceColumn.ofNumbers(
                        name,
                        rows.stream().mapToDouble(row -> number(row, name)).toArray())
                : SliceColumn.ofTexts(name);
        for (int i = 0; i < categories.length; i++) {
            Row row = rows.get(i);
            Object value = row.values().get(name);
            categories[i][place] =
                    isNumeric ? column.of(number(row, name)) : column.of(value == null ? null : value.toString());
        }
        return column;
    }

    private static double number(Row row, String name) {
        return row.values().get(name) instanceof Double number ? number : Double.NaN;
    }

    private static ErrorSlice slice(Slice slice, List<SliceColumn> columns, int[][] categories, double[] errors) {
        double sum = 0;
        double squares = 0;
        long count = 0;
        for (int i = 0; i < errors.length; i++) {
            int[] row = categories[i];
            if (slice.conditions().stream().allMatch(condition -> row[condition.column()] == condition.category())) {
                sum += errors[i];
                squares += errors[i] * errors[i];
                count++;
            }
        }
        double mean = sum / count;
        double variance = Math.max(0, squares / count - mean * mean);
        return new ErrorSlice(
                slice.conditions().stream()
                        .map(condition -> columns.get(condition.column()).text(condition.category()))
                        .toList(),
                mean,
                Math.sqrt(variance / (count - 1)),
                count,
                errors.length);
    }

    @Override
    public synchronized void write(DataOutput out) throws IOException {
        out.writeInt(versions.size());
        for (Map.Entry<String, Kept> version : versions.entrySet()) {
            out.writeUTF(version.getKey());
            out.writeLong(version.getValue().last);
            List<Row> rows = List.copyOf(version.getValue().rows);
            List<String> names = names(rows);
            out.writeInt(names.size());
            for (String name : names) {
                out.writeUTF(name);
            }
            out.writeInt(rows.size());
            for (Row row : rows) {
                out.writeDouble(row.error());
                for (String name : names) {
                    write(out, row.values().get(name));
                }
            }
        }
    }

    private static void write(DataOutput out, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> out.writeByte(NOTHING);
            case Double number -> {
                out.writeByte(NUMBER);
                out.writeDouble(number);
            }
            default -> {
                out.writeByte(TEXT);
                out.writeUTF(value.toString());
            }
        }
    }

    @Override
    public synchronized void read(DataInput in) throws IOException {
        int count = in.readInt();
        for (int version = 0; version < count; version++) {
            var kept = new Kept();
            versions.put(in.readUTF(), kept);
            kept.last = in.readLong();
            String[] names = new String[in.readInt()];
            for (int i = 0; i < names.length; i++) {
                names[i] = in.readUTF();
            }
            int rows = in.readInt();
            for (int row = 0; row < rows; row++) {
                double error = in.readDouble();
                var values = new HashMap<String, Object>();
                for (String name : Arrays.asList(names)) {
                    Object value = value(in);
                    if (value != null) {
                        values.put(name, value);
                    }
                }
                kept.add(new Row(values, error));
            }
        }
    }

    private static @Nullable Object value(DataInput in) throws IOException {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case NOTHING -> null;
            case NUMBER -> in.readDouble();
            case TEXT -> in.readUTF();
            default -> throw new IOException("a value of kind " + kind);
        };
    }
}
