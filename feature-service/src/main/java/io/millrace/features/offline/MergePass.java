package io.millrace.features.offline;

import io.millrace.features.app.ReadPlan;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.fold.AskedHistory;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.jobs.JobContext;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Goes through the rows and the events of one view side by side, entity by entity, and folds the events into the answers of the rows. */
final class MergePass {
    private static final int TOLD_EVERY = 4_096;

    private final TrainingSql sql;
    private final int[] features;
    private final ViewPlan plan;
    private final List<EventField> fields;
    private final JobContext context;
    private final long rows;
    private final List<SourcePartition> partitions = new ArrayList<>();
    private long done;

    MergePass(TrainingSql sql, ReadPlan.Part part, JobContext context, long rows) {
        this.sql = sql;
        this.plan = ViewPlan.of(part.view().only(part.features()));
        this.features = IntStream.range(0, part.features().length).toArray();
        this.fields = part.view().fields();
        this.context = context;
        this.rows = rows;
    }

    /**
     * @param asks of {@link TrainingSql#asks}
     * @param events of {@link TrainingSql#events}
     * @param into has the table of the answers
     */
    void run(ResultSet asks, ResultSet events, DuckDBConnection into) throws SQLException {
        try (DuckDBAppender answers = into.createAppender(sql.answerTable())) {
            var cursor = new Cursor(events);
            context.phase("folds the events of " + sql.view().id());
            if (sql.isByKnown()) {
                byKnown(asks, cursor, answers);
            } else {
                oneByOne(asks, cursor, answers);
            }
            context.progress(rows, rows);
        }
    }

    private void oneByOne(ResultSet asks, Cursor events, DuckDBAppender answers) throws SQLException {
        EntityAnswers entityAnswers =
                sql.isByPositions() ? new EntityAnswers.InAnyOrder(plan) : new EntityAnswers.InOrderOfTime(plan);
        long entity = -1;
        while (asks.next()) {
            if (asks.getLong(1) != entity) {
                entity = asks.getLong(1);
                entityAnswers.clear();
                events.skipTo(entity);
            }
            while (events.isOf(entity, asks.getLong(2))) {
                entityAnswers.add(event(events.row));
                events.next();
            }
            var answer = new FeatureTable(1, features.length);
            Optional<KnownPositions> known = sql.isByPositions()
                    ? Optional.of(KnownPositions.read(asks.getString(5), sql.topics()))
                    : Optional.empty();
            entityAnswers.at(asks.getLong(3), known, features, answer, 0);
            append(asks.getLong(4), answer, answers);
        }
    }

    /** What is known grows in another order than that of event times: all questions of an entity are read before its first event. */
    private void byKnown(ResultSet asks, Cursor events, DuckDBAppender answers) throws SQLException {
        var history = new AskedHistory(plan);
        boolean more = asks.next();
        while (more) {
            long entity = asks.getLong(1);
            var questions = new ArrayList<Question>();
            while (more && asks.getLong(1) == entity) {
                questions.add(new Question(asks.getLong(2), asks.getLong(3), asks.getLong(4)));
                more = asks.next();
            }
            history.begin(questions.stream().mapToLong(Question::instant).toArray());
            events.skipTo(entity);
            for (Question question : questions) {
                while (events.isOf(entity, question.bound())) {
                    history.add(event(events.row));
                    events.next();
                }
                var answer = new FeatureTable(1, features.length);
                history.at(question.instant(), features, answer, 0);
                append(question.row(), answer, answers);
            }
        }
    }

    /** A row of the rows: what it knows, its instant, its number. */
    private record Question(long bound, long instant, long row) {}

    /** Where the pass is among the events. */
    private static final class Cursor {
        final ResultSet row;
        private long entity;

        Cursor(ResultSet row) throws SQLException {
            this.row = row;
            next();
        }

        void next() throws SQLException {
            entity = row.next() ? row.getLong(1) : Long.MAX_VALUE;
        }

        void skipTo(long wanted) throws SQLException {
            while (entity < wanted) {
                next();
            }
        }

        boolean isOf(long wanted, long bound) throws SQLException {
            return entity == wanted && row.getLong(2) <= bound;
        }
    }

    private FeatureEvent event(ResultSet row) throws SQLException {
        long created = row.getLong(4);
        if (row.wasNull()) {
            created = FeatureEvent.NO_CREATED;
        }
        var values = new ArrayList<@Nullable FeatureValue>(fields.size());
        for (int i = 0; i < fields.size(); i++) {
            values.add(ParquetColumns.value(row, 8 + i, fields.get(i).type()));
        }
        var position = new Position(partition(row.getInt(5), row.getInt(6)), row.getLong(7));
        return new FeatureEvent(EntityAnswers.ANY, row.getLong(3), created, position, values);
    }

    private SourcePartition partition(int topic, int partition) {
        String id = sql.topics().get(topic - 1);
        for (SourcePartition known : partitions) {
            if (known.partition() == partition && known.topicId().equals(id)) {
                return known;
            }
        }
        var met = new SourcePartition("", id, partition);
        partitions.addFirst(met);
        return met;
    }

    private void append(long rowNumber, FeatureTable answer, DuckDBAppender answers) throws SQLException {
        if (++done % TOLD_EVERY == 0) {
            context.progress(done, rows);
            context.checkCancelled();
        }
        if (answer.state(0) == FeatureTable.State.MISSING) {
            return;
        }
        answers.beginRow();
        answers.append(rowNumber);
        answers.append(answer.state(0) == FeatureTable.State.EXPIRED);
        answers.append(answer.eventTimeMicros(0));
        for (int column = 0; column < answer.width(); column++) {
            AnswerColumns.append(answer.value(0, column), answers);
        }
        answers.endRow();
    }
}
