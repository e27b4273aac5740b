package io.millrace.features.offline;

import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.training.TrainingRows;
import io.millrace.features.app.training.TrainingSet;
import io.millrace.features.kernel.FeatureView;
import io.millrace.jobs.Job;
import io.millrace.jobs.JobContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.duckdb.DuckDBConnection;

/** One training set while it is made. */
final class TrainingSetRun implements AutoCloseable {
    private final TrainingSet set;
    private final QueriedRows.Databases databases;
    private final List<OfflineSnapshot> snapshots;
    private final Path work;
    private final JobContext context;
    private final DuckDBConnection database;
    private final TrainingInput input;
    private volatile Statement current;

    /**
     * @param snapshots one per part of the plan
     */
    TrainingSetRun(
            TrainingSet set,
            List<OfflineSnapshot> snapshots,
            DuckDb duckDb,
            QueriedRows.Databases databases,
            long spillBytes,
            Path work,
            JobContext context)
            throws SQLException {
        this.set = set;
        this.databases = databases;
        this.snapshots = snapshots;
        this.work = work;
        this.context = context;
        var folders = new ArrayList<Path>();
        folders.add(work);
        folders.add(set.output().toAbsolutePath().getParent());
        snapshots.forEach(snapshot -> snapshot.paths().forEach(path -> folders.add(path.getParent())));
        this.input = new TrainingInput(set, work);
        folders.addAll(input.folders());
        Connection connection = duckDb.open(folders.stream().distinct().toList(), spillBytes);
        this.database = connection.unwrap(DuckDBConnection.class);
        this.current = connection.createStatement();
    }

    long write() throws SQLException, IOException {
        context.onCancel(this::interrupt);
        long rows;
        context.phase("reads the entity rows");
        if (set.rows() instanceof TrainingRows.Query query) {
            QueriedRows.load(databases, query, database, context);
        }
        try (Statement statement = statement(database)) {
            rows = input.load(statement);
            if (set.rows() instanceof TrainingRows.Query) {
                statement.execute("DROP TABLE " + QueriedRows.TABLE);
            }
        }
        context.progress(rows, rows);
        for (int part = 0; part < set.plan().parts().size(); part++) {
            answer(part, rows);
        }
        compute(rows);
        context.phase("writes the training set");
        Path fresh = work.resolve("output" + set.format().ending());
        try (Statement statement = statement(database)) {
            String options =
                    switch (set.format()) {
                        case PARQUET -> "FORMAT parquet, COMPRESSION zstd";
                        case CSV -> "FORMAT csv, HEADER";
                    };
            statement.execute("COPY (" + result() + ") TO " + DuckDb.literal(fresh.toString()) + " (" + options + ")");
        }
        context.checkCancelled();
        Files.move(fresh, set.output(), StandardCopyOption.REPLACE_EXISTING);
        context.progress(rows, rows);
        return rows;
    }

    /** One pass over the rows and the events of a view, both sorted by entity; leaves the answers in a table. */
    private void answer(int part, long rows) throws SQLException {
        FeatureView view = set.plan().parts().get(part).view();
        context.phase("sorts the events of " + view.id());
        context.progress(0, Job.UNKNOWN);
        var sql = new TrainingSql(input, set.plan().parts().get(part), part, set.knownAt(), snapshots.get(part));
        try (Statement statement = statement(database)) {
            statement.execute(sql.answers());
            if (sql.isEmpty()) {
                return;
            }
            statement.execute(sql.entities());
        }
        try (var asking = (DuckDBConnection) database.duplicate();
                var giving = (DuckDBConnection) database.duplicate();
                Statement first = statement(asking);
                ResultSet asks = first.executeQuery(sql.asks());
                Statement second = statement(giving);
                ResultSet events = second.executeQuery(sql.events())) {
            new MergePass(sql, set.plan().parts().get(part), context, rows).run(asks, events, database);
        }
        try (Statement statement = statement(database)) {
            statement.execute("DROP TABLE " + sql.entityTable());
        }
    }

    private void compute(long rows) throws SQLException {
        if (set.plan().onDemand().plan().isEmpty()) {
            return;
        }
        var pass = new ComputedPass(input, set.plan(), context);
        try (Statement statement = statement(database)) {
            statement.execute(pass.create());
        }
        try (var giving = (DuckDBConnection) database.duplicate();
                Statement statement = statement(giving);
                ResultSet given = statement.executeQuery(pass.given())) {
            pass.run(given, database, rows);
        }
    }

    /** The entity rows with the answers of all views and what was computed beside them, in the order of the rows. */
    private String result() {
        var select = new StringBuilder("SELECT r.* EXCLUDE (" + input.ownColumns() + ")");
        for (ReadPlan.Output output : set.plan().outputs()) {
            int computed = output.view() - set.plan().parts().size();
            String value = computed < 0 ? "a" + output.view() + ".v" + output.column() : "c.v" + computed;
            String expired = computed < 0 ? "a" + output.view() + ".expired" : "c.e" + computed;
            select.append(", ");
            select.append(
                    switch (set.expired()) {
                        case VALUE -> value;
                        case NULL -> "CASE WHEN " + expired + " THEN NULL ELSE " + value + " END";
                    });
            select.append(" AS ").append(DuckDb.identifier(output.name()));
            if (set.statuses()) {
                select.append(", CASE WHEN ")
                        .append(expired)
                        .append(" IS NULL THEN 'NOT_FOUND' WHEN ")
                        .append(expired)
                        .append(" THEN 'OUTSIDE_MAX_AGE' ELSE 'PRESENT' END AS ")
                        .append(DuckDb.identifier(output.name() + TrainingInput.STATUS));
            }
            if (set.eventTimes()) {
                String eventTime = computed < 0 ? "a" + output.view() + ".event_time" : "c.t" + computed;
                select.append(", make_timestamp(")
                        .append(eventTime)
                        .append(") AS ")
                        .append(DuckDb.identifier(output.name() + TrainingInput.EVENT_TIME));
            }
        }
        select.append(" FROM ").append(input.withAnswers());
        if (!set.plan().onDemand().plan().isEmpty()) {
            select.append(" LEFT JOIN ")
                    .append(ComputedPass.TABLE)
                    .append(" c ON c.row_number = r.")
                    .append(TrainingInput.ROW);
        }
        return select.append(" ORDER BY r.").append(TrainingInput.ROW).toString();
    }

    private Statement statement(Connection connection) throws SQLException {
        context.checkCancelled();
        Statement statement = connection.createStatement();
        current = statement;
        return statement;
    }

    private void interrupt() {
        try {
            current.cancel();
        } catch (SQLException alreadyOver) {
            // The statement ended by itself; the next look at the job's state ends the run.
            Objects.requireNonNull(alreadyOver);
        }
    }

    @Override
    public void close() throws SQLException {
        database.close();
    }
}
