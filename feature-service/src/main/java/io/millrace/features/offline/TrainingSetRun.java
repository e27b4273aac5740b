package io.millrace.features.offline;

import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.jobs.Job;
import io.millrace.features.app.jobs.JobContext;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.training.TrainingSet;
import io.millrace.features.kernel.FeatureView;
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
            long spillBytes,
            Path work,
            JobContext context)
            throws SQLException {
        this.set = set;
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
        try (Statement statement = statement(database)) {
            context.phase("reads the entity rows");
            rows = input.load(statement);
        }
        context.progress(rows, rows);
        for (int part = 0; part < set.plan().parts().size(); part++) {
            answer(part, rows);
        }
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

    /** The entity rows with the answers of all views beside them, in the order of the rows. */
    private String result() {
        var select = new StringBuilder("SELECT r.* EXCLUDE (" + input.ownColumns() + ")");
        for (ReadPlan.Output output : set.plan().outputs()) {
            String table = "a" + output.view();
            String value = table + ".v" + output.column();
            if (set.expired() == TrainingSet.Expired.NULL) {
                value = "CASE WHEN " + table + ".expired THEN NULL ELSE " + value + " END";
            }
            select.append(", ").append(value).append(" AS ").append(DuckDb.identifier(output.name()));
            if (set.statuses()) {
                select.append(", CASE WHEN ")
                        .append(table)
                        .append(".expired IS NULL THEN 'NOT_FOUND' WHEN ")
                        .append(table)
                        .append(".expired THEN 'OUTSIDE_MAX_AGE' ELSE 'PRESENT' END AS ")
                        .append(DuckDb.identifier(output.name() + TrainingInput.STATUS));
            }
        }
        select.append(" FROM ").append(input.table()).append(" r");
        for (int part = 0; part < set.plan().parts().size(); part++) {
            select.append(" LEFT JOIN answers_")
                    .append(part)
                    .append(" a")
                    .append(part)
                    .append(" ON a")
                    .append(part)
                    .append(".row_number = r.")
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
