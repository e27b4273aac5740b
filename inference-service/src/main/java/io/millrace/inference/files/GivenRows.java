package io.millrace.inference.files;

import io.millrace.inference.app.FeatureLookup.Cell;
import io.millrace.inference.app.FeatureLookup.Status;
import io.millrace.inference.app.batch.RowFiles.Field;
import io.millrace.inference.app.batch.RowFiles.Given;
import io.millrace.inference.app.batch.RowFiles.GivenRow;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Some rows of a file with their features: two sorted streams side by side. */
final class GivenRows implements Given {
    private static final int OWN_COLUMNS = 3;

    private final List<Field> fields;
    private final int width;
    private final DuckDBConnection rowsOf;
    private final ResultSet rows;
    private final DuckDBConnection featuresOf;
    private final @Nullable ResultSet features;
    private long nextFeatures = Long.MAX_VALUE;

    GivenRows(FileSession session, String part, List<Field> fields, Columns columns, List<Path> featureFiles, int width)
            throws SQLException {
        this.fields = fields;
        this.width = width;
        this.rowsOf = (DuckDBConnection) session.database().duplicate();
        this.featuresOf = (DuckDBConnection) session.database().duplicate();
        var select =
                new StringBuilder("SELECT " + FileSession.ROW + ", " + FileSession.INSTANT + ", " + FileSession.GIVEN);
        for (Field field : fields) {
            select.append(", ").append(columns.value(field)).append(", ").append(columns.text(field));
        }
        this.rows = rowsOf.createStatement().executeQuery(select + " FROM " + part + " ORDER BY " + FileSession.ROW);
        if (featureFiles.isEmpty()) {
            this.features = null;
        } else {
            String table = DuckDb.parquet(featureFiles);
            ResultSet read = featuresOf.createStatement().executeQuery(selectFeatures(table));
            this.features = read;
            advance(read);
        }
    }

    @Override
    public @Nullable GivenRow next() {
        try {
            if (!rows.next()) {
                return null;
            }
            long number = rows.getLong(1);
            Long asOf = rows.getLong(2);
            if (rows.wasNull()) {
                asOf = null;
            }
            return new GivenRow(number, asOf, rows.getBoolean(3), fields(), cells(number));
        } catch (SQLException e) {
            throw FileSession.failed(e);
        }
    }

    @Override
    public void close() {
        try {
            featuresOf.close();
            rowsOf.close();
        } catch (SQLException e) {
            throw FileSession.failed(e);
        }
    }

    private Map<String, Object> fields() throws SQLException {
        var values = new HashMap<String, Object>();
        for (int i = 0; i < fields.size(); i++) {
            Object value = rows.getObject(OWN_COLUMNS + 1 + 2 * i);
            if (value == null) {
                value = rows.getString(OWN_COLUMNS + 2 + 2 * i);
            }
            if (value != null) {
                values.put(fields.get(i).name(), value);
            }
        }
        return values;
    }

    private @Nullable List<Cell> cells(long number) throws SQLException {
        if (features == null || nextFeatures != number) {
            return null;
        }
        var cells = new ArrayList<Cell>(width);
        for (int i = 0; i < width; i++) {
            int at = 2 + 3 * i;
            long eventTime = features.getLong(at + 2);
            cells.add(new Cell(
                    Status.valueOf(features.getString(at + 1)),
                    features.getObject(at),
                    features.wasNull() ? 0 : eventTime));
        }
        advance(features);
        return cells;
    }

    private void advance(ResultSet read) throws SQLException {
        nextFeatures = read.next() ? read.getLong(1) : Long.MAX_VALUE;
    }

    /** The row's number, then of each feature its value, status and event time; features stand in the last columns of the table. */
    private String selectFeatures(String table) throws SQLException {
        var names = new ArrayList<String>();
        var types = new ArrayList<String>();
        try (Statement statement = featuresOf.createStatement();
                ResultSet described = statement.executeQuery("DESCRIBE SELECT * FROM " + table)) {
            while (described.next()) {
                names.add(described.getString(1));
                types.add(described.getString(2).toUpperCase(Locale.ROOT));
            }
        }
        int first = names.size() - 3 * width;
        if (first < 1) {
            throw new SQLException(
                    "feature-service gave " + names.size() + " columns for " + width + " features: " + names);
        }
        var select = new StringBuilder("SELECT row_number");
        for (int i = first; i < names.size(); i += 3) {
            select.append(", ")
                    .append(value(DuckDb.identifier(names.get(i)), types.get(i)))
                    .append(", ")
                    .append(DuckDb.identifier(names.get(i + 1)))
                    .append(", epoch_us(")
                    .append(DuckDb.identifier(names.get(i + 2)))
                    .append(")");
        }
        return select + " FROM " + table;
    }

    /** What online look-ups give for the type; what is no scalar is given as its name. */
    private static String value(String column, String type) {
        return switch (type) {
            case "BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR" -> column;
            case "TIMESTAMP" -> "epoch_us(" + column + ")";
            default -> "CASE WHEN " + column + " IS NOT NULL THEN " + DuckDb.literal(type) + " END";
        };
    }
}
