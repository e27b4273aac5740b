package io.millrace.features.offline;

import io.millrace.features.app.OnDemandReads;
import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.app.ReadPlan;
import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobFailedException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Computes the on-demand features of a training set, from the answers of the views and the request data of the rows, by what computes them online. */
final class ComputedPass {
    /** The table of what was computed: the row, then for each feature whether it is expired (null where it is missing), its event time, and its value. */
    static final String TABLE = "computed";

    private static final int ROWS_AT_ONCE = 2_048;

    private final TrainingInput input;
    private final ReadPlan plan;
    private final OnDemandReads onDemand;
    private final List<OnDemandReads.Cell> cells;
    private final JobContext context;

    /** Some rows as an online read has them. */
    private static final class Chunk {
        final List<Long> numbers = new ArrayList<>();
        final List<FeatureTable> tables = new ArrayList<>();
        final List<List<@Nullable FeatureValue>> request = new ArrayList<>();
    }

    ComputedPass(TrainingInput input, ReadPlan plan, JobContext context) {
        this.input = input;
        this.plan = plan;
        this.onDemand = plan.onDemand();
        this.cells = onDemand.cells().stream().distinct().toList();
        this.context = context;
    }

    /** Makes the table. */
    String create() {
        return "CREATE TABLE " + TABLE + " (row_number BIGINT"
                + IntStream.range(0, outputs())
                        .mapToObj(i -> ", e" + i + " BOOLEAN, t" + i + " BIGINT, v" + i + " "
                                + AnswerColumns.sqlType(
                                        onDemand.plan().outputs().get(i).type()))
                        .collect(Collectors.joining())
                + ")";
    }

    /** The row, the request data, of each view whether its answer is expired and its event time, and the values that are needed. */
    String given() {
        var select = new StringBuilder("SELECT r.").append(TrainingInput.ROW);
        for (EventField field : onDemand.request()) {
            select.append(", r.").append(DuckDb.identifier(input.column(field.name())));
        }
        for (int part = 0; part < plan.parts().size(); part++) {
            select.append(", a").append(part).append(".expired, a").append(part).append(".event_time");
        }
        for (OnDemandReads.Cell cell : cells) {
            select.append(", ").append(AnswerColumns.readable("a" + cell.view() + ".v" + cell.column(), type(cell)));
        }
        return select.append(" FROM ").append(input.withAnswers()).toString();
    }

    /**
     * @param given of {@link #given}
     * @param into has the table
     */
    void run(ResultSet given, DuckDBConnection into, long rows) throws SQLException {
        context.phase("computes on-demand features");
        var values = new JdbcValues(given);
        try (DuckDBAppender appender = into.createAppender(TABLE)) {
            long done = 0;
            for (Chunk chunk = next(given, values); !chunk.numbers.isEmpty(); chunk = next(given, values)) {
                append(chunk, appender);
                done += chunk.numbers.size();
                context.progress(done, rows);
                context.checkCancelled();
            }
        }
    }

    private Chunk next(ResultSet given, JdbcValues values) throws SQLException {
        var chunk = new Chunk();
        plan.parts().forEach(part -> chunk.tables.add(new FeatureTable(ROWS_AT_ONCE, part.features().length)));
        onDemand.request().forEach(_ -> chunk.request.add(new ArrayList<>()));
        while (chunk.numbers.size() < ROWS_AT_ONCE && given.next()) {
            int row = chunk.numbers.size();
            int at = 1;
            long number = given.getLong(at++);
            chunk.numbers.add(number);
            for (int i = 0; i < chunk.request.size(); i++) {
                chunk.request.get(i).add(typed(onDemand.request().get(i), values.value(at++), number));
            }
            for (FeatureTable table : chunk.tables) {
                boolean expired = given.getBoolean(at++);
                boolean isThere = !given.wasNull();
                long eventTime = given.getLong(at++);
                if (isThere) {
                    table.found(row, eventTime, expired);
                }
            }
            for (OnDemandReads.Cell cell : cells) {
                chunk.tables.get(cell.view()).set(row, cell.column(), AnswerColumns.value(given, at++, type(cell)));
            }
        }
        return chunk;
    }

    private void append(Chunk chunk, DuckDBAppender appender) throws SQLException {
        List<ViewRows> read = chunk.tables.stream()
                .map(table -> new ViewRows(table, Map.of(), OptionalLong.empty()))
                .toList();
        List<FeatureTable> computed = onDemand.compute(
                read, field -> chunk.request.get(onDemand.request().indexOf(field)), chunk.numbers.size());
        for (int row = 0; row < chunk.numbers.size(); row++) {
            appender.beginRow();
            appender.append(chunk.numbers.get(row));
            for (FeatureTable table : computed) {
                if (table.state(row) == FeatureTable.State.MISSING) {
                    appender.appendNull();
                    appender.appendNull();
                    appender.appendNull();
                } else {
                    appender.append(table.state(row) == FeatureTable.State.EXPIRED);
                    appender.append(table.eventTimeMicros(row));
                    AnswerColumns.append(table.value(row, 0), appender);
                }
            }
            appender.endRow();
        }
    }

    private static @Nullable FeatureValue typed(EventField field, @Nullable FeatureValue value, long row) {
        return value == null
                ? null
                : Coercion.to(field.type(), value)
                        .orElseThrow(() -> new JobFailedException(
                                "the request data '" + field.name() + "' must be "
                                        + field.type().word() + "; row " + (row + 1) + " has another type",
                                null));
    }

    private ValueType type(OnDemandReads.Cell cell) {
        ReadPlan.Part part = plan.parts().get(cell.view());
        return part.view().features().get(part.features()[cell.column()]).type();
    }

    private int outputs() {
        return onDemand.plan().outputs().size();
    }
}
