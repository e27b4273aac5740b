package io.millrace.inference.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.inference.app.batch.RowFiles.GivenRow;
import io.millrace.inference.app.batch.RowFiles.Scores;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.RowScore.Invalid;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/** The scores of a chunk of rows on their way to its file. */
final class ScoreTable implements Scores {
    static final String ERROR = "error";
    private static final String TABLE = "scores";
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Columns behind those of the rows, with their types. */
    private static final Map<String, String> COLUMNS = new LinkedHashMap<>();

    static {
        COLUMNS.put("prediction", "DOUBLE");
        COLUMNS.put("as_of", "BIGINT");
        COLUMNS.put("model_name", "VARCHAR");
        COLUMNS.put("model_version", "VARCHAR");
        COLUMNS.put("model_digest", "VARCHAR");
        COLUMNS.put("feature_service", "VARCHAR");
        COLUMNS.put("imputed", "VARCHAR");
        COLUMNS.put("feature_event_times", "VARCHAR");
        COLUMNS.put("features_hash", "VARCHAR");
        COLUMNS.put(ERROR, "VARCHAR");
        COLUMNS.put("error_detail", "VARCHAR");
    }

    private final FileSession session;
    private final long from;
    private final long to;
    private final String prefix;
    private final Path into;
    private final DuckDBAppender appender;
    private boolean isOpen = true;

    ScoreTable(FileSession session, long from, long to, String prefix, Path into) throws SQLException {
        this.session = session;
        this.from = from;
        this.to = to;
        this.prefix = prefix;
        this.into = into;
        try (Statement statement = session.database().createStatement()) {
            var columns = new StringBuilder("row_number BIGINT");
            COLUMNS.forEach((name, type) ->
                    columns.append(", ").append(name).append(' ').append(type));
            statement.execute("CREATE OR REPLACE TABLE " + TABLE + " (" + columns + ")");
        }
        this.appender = session.database().createAppender(TABLE);
    }

    /** The names of the columns that are added. */
    static List<String> columns() {
        return List.copyOf(COLUMNS.keySet());
    }

    @Override
    public void add(GivenRow row, RowScore score, ModelIdentity model, Optional<String> service) {
        try {
            appender.beginRow();
            appender.append(row.number());
            switch (score) {
                case Scored scored -> appender.append(scored.prediction());
                case Invalid _ -> appender.appendNull();
            }
            if (row.asOfMicros() == null) {
                appender.appendNull();
            } else {
                appender.append(row.asOfMicros().longValue());
            }
            appender.append(model.name());
            appender.append(model.version());
            appender.append(model.digest());
            text(service.orElse(null));
            switch (score) {
                case Scored scored -> {
                    text(JSON.writeValueAsString(scored.imputed()));
                    text(JSON.writeValueAsString(times(scored)));
                    text(scored.vectorHash());
                    text(null);
                    text(null);
                }
                case Invalid(String reason, String detail) -> {
                    text(null);
                    text(null);
                    text(null);
                    text(reason);
                    text(detail);
                }
            }
            appender.endRow();
        } catch (SQLException e) {
            throw FileSession.failed(e);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts can be written as JSON", e);
        }
    }

    @Override
    public void commit() {
        try {
            appender.close();
            isOpen = false;
        } catch (SQLException e) {
            throw FileSession.failed(e);
        }
        session.<Boolean>doing(statement -> {
            try (ResultSet count = statement.executeQuery("SELECT count(*) FROM " + TABLE)) {
                count.next();
                if (count.getLong(1) != to - from) {
                    throw new IllegalStateException(count.getLong(1) + " scores of " + (to - from) + " rows");
                }
            }
            var select = new StringBuilder("SELECT r.* EXCLUDE (" + FileSession.ROW + ", " + FileSession.INSTANT + ", "
                    + FileSession.GIVEN + ")");
            COLUMNS.keySet().forEach(name -> select.append(", ")
                    .append(name.equals("as_of") ? "make_timestamp(s.as_of)" : "s." + name)
                    .append(" AS ")
                    .append(DuckDb.identifier(prefix + name)));
            statement.execute("COPY (" + select + " FROM (SELECT * FROM " + session.part(from, to) + ") r JOIN " + TABLE
                    + " s ON s.row_number = r." + FileSession.ROW + " ORDER BY r." + FileSession.ROW + ") TO "
                    + FileSession.aside(into) + " (FORMAT parquet, COMPRESSION zstd)");
            statement.execute("DROP TABLE " + TABLE);
            WholeFiles.place(into);
            return true;
        });
    }

    @Override
    public void close() {
        if (isOpen) {
            try {
                appender.close();
            } catch (SQLException e) {
                throw FileSession.failed(e);
            }
        }
    }

    private void text(@Nullable String text) throws SQLException {
        if (text == null) {
            appender.appendNull();
        } else {
            appender.append(text);
        }
    }

    private static Map<String, String> times(Scored scored) {
        var times = new LinkedHashMap<String, String>();
        scored.eventTimeMicros()
                .forEach((feature, micros) -> times.put(
                        feature, Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString()));
        return times;
    }
}
