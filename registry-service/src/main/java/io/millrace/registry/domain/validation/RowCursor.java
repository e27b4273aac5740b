package io.millrace.registry.domain.validation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The row that is being looked at. Not thread-safe. */
final class RowCursor {
    private static final int MAX_COLUMNS = 50;
    private static final int MAX_TEXT = 200;

    private final Rows rows;
    private final JsonText json;
    private long number = -1;
    private @Nullable Object[] cells = new Object[0];

    RowCursor(Rows rows, JsonText json) {
        this.rows = rows;
        this.json = json;
    }

    /** Moves on; false after the last row. */
    boolean advance() {
        @Nullable Object[] next = rows.next();
        if (next == null) {
            return false;
        }
        cells = next;
        number++;
        return true;
    }

    /** Counts from 0. */
    long number() {
        return number;
    }

    /** How many rows there were so far. */
    long count() {
        return number + 1;
    }

    Dialect dialect() {
        return rows.dialect();
    }

    List<String> columns() {
        return rows.columns();
    }

    /** The cell at an index of {@link #columns}; null where it is absent or the index negative. */
    @Nullable
    Object cell(int index) {
        return index >= 0 && index < cells.length ? cells[index] : null;
    }

    /** This row as a sample: at most 50 columns, texts cut at 200 characters. */
    String sample(long sameAs) {
        var values = new LinkedHashMap<String, @Nullable Object>();
        List<String> names = rows.columns();
        for (int i = 0; i < Math.min(cells.length, MAX_COLUMNS); i++) {
            values.put(names.get(i), cut(cells[i]));
        }
        var sample = new LinkedHashMap<String, @Nullable Object>();
        sample.put("row", number);
        if (sameAs >= 0) {
            sample.put("same_as", sameAs);
        }
        sample.put("values", values);
        return json.write(sample);
    }

    private @Nullable Object cut(@Nullable Object cell) {
        return switch (cell) {
            case String text when text.length() > MAX_TEXT -> text.substring(0, MAX_TEXT) + "…";
            case List<?> list -> shortened(list);
            case Map<?, ?> map -> shortened(map);
            case null -> null;
            default -> cell;
        };
    }

    /** A nested value as it is where its JSON is short, else the beginning of its JSON. */
    private Object shortened(Object nested) {
        String text = json.write(nested);
        return text.length() <= MAX_TEXT ? nested : text.substring(0, MAX_TEXT) + "…";
    }
}
