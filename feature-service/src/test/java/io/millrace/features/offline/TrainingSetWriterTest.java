package io.millrace.features.offline;

import static io.millrace.features.offline.OfflineFixture.START;
import static io.millrace.features.offline.OfflineFixture.VIEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.Views;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.training.KnownAt;
import io.millrace.features.app.training.TrainingRows;
import io.millrace.features.app.training.TrainingRows.RowFormat;
import io.millrace.features.app.training.TrainingSet;
import io.millrace.features.kernel.FeatureView;
import io.millrace.jobs.JobCancelledException;
import io.millrace.jobs.JobFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users 0, 1 and 2 in turn had an event each hour from 2026-03-01T10:00Z on, whose amount is its number. */
class TrainingSetWriterTest {
    private static final FeatureView OTHER = Views.view(Views.profile("profile"));
    private static final KnownAt TODAY = new KnownAt.Today();

    @TempDir
    Path directory;

    private TrainingSetFixture fixture = new TrainingSetFixture(TestOfflineStore.of(Path.of("")), Path.of(""));

    @BeforeEach
    void fill() {
        OfflineStore store = TestOfflineStore.of(directory);
        store.append(VIEW, OfflineFixture.batch(0, 30));
        store.append(VIEW, OfflineFixture.batch(30, 60));
        fixture = new TrainingSetFixture(store, directory);
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    private List<@Nullable Object> column(List<Map<String, @Nullable Object>> rows, String name) {
        return rows.stream().<@Nullable Object>map(row -> row.get(name)).toList();
    }

    @Test
    void outputRowsAreInputRowsInTheirOrderWithAllTheirColumns() throws Exception {
        Path csv = file("rows.csv", """
                note,user_id,event_timestamp
                third,1,2026-03-01T20:30:00Z
                nobody,77,2026-03-01T20:30:00Z
                nothing,,2026-03-01T20:30:00Z
                first,0,2026-03-01T10:00:00Z
                before,0,2026-03-01T09:59:59.999999Z
                third again,1,2026-03-01T22:30:00+02:00
                """);

        var made = fixture.make(fixture.set(
                csv,
                RowFormat.CSV,
                TrainingSetFixture.plan(List.of("activity:last_amount", "activity:events_1h"), VIEW),
                TODAY));

        assertThat(made.getFirst().keySet())
                .containsExactly(
                        "note",
                        "user_id",
                        "event_timestamp",
                        "last_amount",
                        "last_amount__status",
                        "events_1h",
                        "events_1h__status");
        assertThat(column(made, "note"))
                .containsExactly("third", "nobody", "nothing", "first", "before", "third again");
        assertThat(column(made, "last_amount")).containsExactly(10.0, null, null, 0.0, null, 10.0);
        assertThat(column(made, "events_1h")).containsExactly(1L, null, null, 1L, null, 1L);
        assertThat(column(made, "events_1h__status"))
                .containsExactly("PRESENT", "NOT_FOUND", "NOT_FOUND", "PRESENT", "NOT_FOUND", "PRESENT");
    }

    @Test
    void whatIsOlderThanItsTtlStaysBesideItsStatusUnlessNullsAreAskedFor() throws Exception {
        Path json = file("rows.json", """
                [{"user_id": 0, "event_timestamp": "2026-03-09T00:00:00Z"}, {"user_id": "0", "event_timestamp": "2026-03-01T10:00:01Z"}]
                """);
        TrainingSet set = fixture.set(
                json, RowFormat.JSON, TrainingSetFixture.plan(List.of("activity:last_amount"), VIEW), TODAY);

        var made = fixture.make(set);
        var nulls = fixture.make(new TrainingSet(
                set.rows(),
                set.plan(),
                "event_timestamp",
                Map.of(),
                TODAY,
                true,
                false,
                TrainingSet.Expired.NULL,
                TrainingSet.Format.CSV,
                directory.resolve("nulls.csv")));

        assertThat(column(made, "last_amount")).containsExactly(57.0, 0.0);
        assertThat(column(made, "last_amount__status")).containsExactly("OUTSIDE_MAX_AGE", "PRESENT");
        assertThat(column(nulls, "last_amount")).containsExactly(null, 0.0);
        assertThat(column(nulls, "last_amount__status")).containsExactly("OUTSIDE_MAX_AGE", "PRESENT");
    }

    @Test
    void severalViewsStandSideBySideAndOneWithoutEventsIsNotFound() throws Exception {
        Path lines = file("rows.jsonl", """
                {"who": 2, "event_timestamp": "2026-03-01 12:00:00"}
                {"who": 1, "event_timestamp": "2026-03-01 12:00:00"}
                """);
        TrainingSet set = fixture.set(
                lines,
                RowFormat.JSON,
                TrainingSetFixture.plan(List.of("profile:age", "activity:last_amount"), VIEW, OTHER),
                TODAY);

        var made = fixture.make(new TrainingSet(
                set.rows(),
                set.plan(),
                "event_timestamp",
                Map.of("user_id", "who"),
                TODAY,
                true,
                false,
                TrainingSet.Expired.VALUE,
                TrainingSet.Format.PARQUET,
                set.output()));

        assertThat(column(made, "age__status")).containsExactly("NOT_FOUND", "NOT_FOUND");
        assertThat(column(made, "last_amount")).containsExactly(2.0, 1.0);
    }

    @Test
    void rowsOfAParquetFileKeepTheirOrderAlsoWhenTheyAreMany() throws Exception {
        Path parquet = directory.resolve("many.parquet");
        try (Connection connection = new DuckDb(256 << 20, 2, directory.resolve("spill")).open(List.of(directory));
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (SELECT (hash(i) % 4)::BIGINT AS user_id, " + START
                    + " + (hash(i + 1) % 200000000000)::BIGINT AS event_timestamp, i AS number FROM range(300000) t(i)) TO '"
                    + parquet + "' (FORMAT parquet)");
        }

        var made = fixture.make(fixture.set(
                parquet, RowFormat.PARQUET, TrainingSetFixture.plan(List.of("activity:events_1h"), VIEW), TODAY));

        assertThat(made).hasSize(300_000);
        for (int i = 0; i < made.size(); i++) {
            assertThat(made.get(i).get("number")).isEqualTo((long) i);
        }
    }

    @Test
    void instantsInNanosecondsAsPandasWritesThemAreTheInstantsOfTheRows() throws Exception {
        Path parquet = directory.resolve("pandas.parquet");
        try (Connection connection = new DuckDb(256 << 20, 2, directory.resolve("spill")).open(List.of(directory));
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "COPY (SELECT 1 AS user_id, TIMESTAMPTZ_NS '2026-03-01 21:30:00+01' AS event_timestamp) TO '"
                            + parquet + "' (FORMAT parquet)");
        }
        Path csv = file("same.csv", "user_id,event_timestamp\n1,2026-03-01T20:30:00Z\n");

        var plan = TrainingSetFixture.plan(List.of("activity:last_amount"), VIEW);
        assertThat(column(fixture.make(fixture.set(parquet, RowFormat.PARQUET, plan, TODAY)), "last_amount"))
                .isEqualTo(column(fixture.make(fixture.set(csv, RowFormat.CSV, plan, TODAY)), "last_amount"))
                .doesNotContainNull();
    }

    @Test
    void whatIsWrongWithTheRowsIsSaidAtOnce() throws Exception {
        Path csv = file("rows.csv", "user,at,last_amount\n1,2026-03-01T20:30:00Z,3\n");

        assertThatThrownBy(() -> fixture.make(fixture.set(
                        csv, RowFormat.CSV, TrainingSetFixture.plan(List.of("activity:last_amount"), VIEW), TODAY)))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("no column 'event_timestamp'")
                .hasMessageContaining("no column 'user_id'")
                .hasMessageContaining("a column 'last_amount' already");
        Path holes = file("holes.csv", "user_id,event_timestamp\n1,2026-03-01T20:30:00Z\n2,\n");
        assertThatThrownBy(() -> fixture.make(fixture.set(
                        holes, RowFormat.CSV, TrainingSetFixture.plan(List.of("activity:last_amount"), VIEW), TODAY)))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("1 rows have no instant");
        Path words = file("words.csv", "user_id,event_timestamp\nx,2026-03-01T20:30:00Z\n");
        assertThatThrownBy(() -> fixture.make(fixture.set(
                        words, RowFormat.CSV, TrainingSetFixture.plan(List.of("activity:last_amount"), VIEW), TODAY)))
                .isInstanceOf(JobFailedException.class);
        assertThat(directory.resolve("work/job")).doesNotExist();
    }

    @Test
    void whatAnOnDemandFeatureNeedsIsAColumnOfTheRows() throws Exception {
        var catalog = new Catalog();
        catalog.put(VIEW);
        catalog.hear("OnDemandFeatureView/money@v1", Optional.of("""
                kind: OnDemandFeatureView
                name: money
                version: v1
                inputs: [activity:last_amount]
                request: {rate: double, currency: string}
                features:
                  - {name: converted, type: double, expression: last_amount * rate}
                  - {name: label, type: string, expression: "currency + '!'"}
                """));
        ReadPlan plan =
                ReadPlan.of(List.of("money:converted", "activity:last_amount", "money:label"), false, catalog::named);
        Path csv = file("rows.csv", """
                user_id,event_timestamp,rate,currency
                1,2026-03-01T20:30:00Z,2,007
                77,2026-03-01T20:30:00Z,3,EUR
                1,2026-03-09T00:00:00Z,0.5,
                """);

        var made = fixture.make(fixture.set(csv, RowFormat.CSV, plan, TODAY));

        assertThat(made.getFirst().keySet())
                .containsExactly(
                        "user_id",
                        "event_timestamp",
                        "rate",
                        "currency",
                        "converted",
                        "converted__status",
                        "last_amount",
                        "last_amount__status",
                        "label",
                        "label__status");
        assertThat(column(made, "converted")).containsExactly(20.0, null, 29.0);
        assertThat(column(made, "converted__status")).containsExactly("PRESENT", "NOT_FOUND", "OUTSIDE_MAX_AGE");
        assertThat(column(made, "label")).containsExactly("007!", "EUR!", null);
        Path without = file("without.csv", "user_id,event_timestamp,rate\n1,2026-03-01T20:30:00Z,2\n");
        assertThatThrownBy(() -> fixture.make(fixture.set(without, RowFormat.CSV, plan, TODAY)))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("no column 'currency' (string)");
        Path words = file(
                "words.csv",
                "user_id,event_timestamp,rate,currency\n1,2026-03-01T20:30:00Z,2,a\n1,2026-03-01T20:30:00Z,x,a\n");
        assertThatThrownBy(() -> fixture.make(fixture.set(words, RowFormat.CSV, plan, TODAY)))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("the request data 'rate' must be double; row 2");
    }

    @Test
    void aCancelledSetLeavesNothingBehind() throws Exception {
        Path csv = file("rows.csv", "user_id,event_timestamp\n1,2026-03-01T20:30:00Z\n");
        TrainingSet set =
                fixture.set(csv, RowFormat.CSV, TrainingSetFixture.plan(List.of("activity:last_amount"), VIEW), TODAY);

        assertThatThrownBy(() -> fixture.writer().write(set, new TrainingSetFixture.Context(() -> {
                    throw new JobCancelledException();
                })))
                .isInstanceOf(JobCancelledException.class);
        assertThat(set.output()).doesNotExist();
        assertThat(directory.resolve("work/job")).doesNotExist();
    }

    @Test
    void aFileThatReachesElsewhereIsNotRead() throws Exception {
        Path csv = file("rows.csv", "user_id,event_timestamp\n1,2026-03-01T20:30:00Z\n");
        TrainingSet set =
                fixture.set(csv, RowFormat.CSV, TrainingSetFixture.plan(List.of("activity:last_amount"), VIEW), TODAY);
        var quoted = new TrainingRows.File(directory.resolve("it's not there.csv"), RowFormat.CSV);

        assertThatThrownBy(() -> fixture.make(new TrainingSet(
                        quoted,
                        set.plan(),
                        "event_timestamp",
                        Map.of(),
                        TODAY,
                        true,
                        false,
                        TrainingSet.Expired.VALUE,
                        TrainingSet.Format.PARQUET,
                        set.output())))
                .isInstanceOf(JobFailedException.class);
    }
}
