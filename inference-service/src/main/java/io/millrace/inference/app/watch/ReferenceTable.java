package io.millrace.inference.app.watch;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rows of a model's reference, column by column, all of one length. */
public record ReferenceTable(List<Column> columns) {
    public ReferenceTable {
        columns = List.copyOf(columns);
    }

    /** A column under the name that the file gives it. */
    public sealed interface Column {
        String name();

        /** Of numbers; NaN where the row has none. */
        @SuppressWarnings("ArrayRecordComponent") // tables of a hundred thousand rows, read once and never compared
        record Numbers(String name, double[] values) implements Column {}

        /** Of categories; null where the row has none. */
        @SuppressWarnings("ArrayRecordComponent") // as above
        record Texts(String name, @Nullable String[] values) implements Column {}
    }

    int rows() {
        return columns.isEmpty()
                ? 0
                : switch (columns.getFirst()) {
                    case Column.Numbers numbers -> numbers.values().length;
                    case Column.Texts texts -> texts.values().length;
                };
    }

    /** A column by its name, or by the name that it has without the version of its view. */
    Optional<Column> find(String name) {
        return columns.stream()
                .filter(column -> column.name().equals(name))
                .findFirst()
                .or(() -> columns.stream()
                        .filter(column -> FeatureNames.plain(column.name()).equals(FeatureNames.plain(name)))
                        .findFirst());
    }
}
