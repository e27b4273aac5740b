package io.millrace.features.offline;

import static io.millrace.features.offline.OfflineFixture.VIEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.backing.PostgresServer;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.training.KnownAt;
import io.millrace.features.app.training.TrainingRows;
import io.millrace.jobs.JobFailedException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users 0, 1 and 2 in turn had an event each hour from 2026-03-01T10:00Z on, whose amount is its number; the rows are a real Postgres'. */
class QueriedRowsTest {
    @TempDir
    private static Path directory = Path.of("");

    private static @Nullable PostgresServer postgres;
    private TrainingSetFixture fixture = new TrainingSetFixture(TestOfflineStore.of(Path.of("")), Path.of(""));

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.start(directory.resolve("postgres"));
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create table labels (id serial, user_id bigint, at timestamptz, label boolean,"
                    + " amount numeric(6,2), code numeric(12,0), tags text[], positions jsonb)");
            statement.execute("insert into labels (user_id, at, label, amount, code, tags, positions) values"
                    + " (1, '2026-03-01T20:30:00Z', true, 12.5, 123456789012, '{a,b}',"
                    + " '[{\"view\":\"activity@v1\",\"topic_id\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"partition\":0,\"offset\":5}]'),"
                    + " (0, '2026-03-01T10:00:00Z', false, null, null, null, '[]'),"
                    + " (77, '2026-03-01T20:30:00Z', null, 1, 1, '{}', '[]')");
        }
        OfflineStore store = TestOfflineStore.of(directory);
        store.append(VIEW, OfflineFixture.batch(0, 30));
    }

    @BeforeEach
    void connectByName() {
        fixture = new TrainingSetFixture(
                TestOfflineStore.of(directory),
                JdbcTablesTest.tables(
                        directory,
                        Map.of(
                                "millrace.features.connections.warehouse.jdbc-url",
                                running().jdbcUrl(),
                                "millrace.features.connections.warehouse.username",
                                "postgres"))::query,
                directory);
    }

    @AfterAll
    static void stop() {
        running().close();
    }

    private static PostgresServer running() {
        return Objects.requireNonNull(postgres);
    }

    private static Connection connect() throws Exception {
        var properties = new Properties();
        properties.setProperty("user", "postgres");
        return new org.postgresql.Driver().connect(running().jdbcUrl(), properties);
    }

    private List<Map<String, @Nullable Object>> made(String connection, String sql, KnownAt knownAt) throws Exception {
        return fixture.make(fixture.set(
                new TrainingRows.Query(connection, sql),
                TrainingSetFixture.plan(List.of("activity:last_amount"), VIEW),
                knownAt));
    }

    @Test
    void theRowsOfAQueryAreTheRowsOfTheTrainingSetInItsOrder() throws Exception {
        var made = made(
                "warehouse",
                "select user_id, at as event_timestamp, label, amount, code, tags from labels order by id desc -- the newest first",
                new KnownAt.Today());

        assertThat(made).extracting(row -> row.get("user_id")).containsExactly(77L, 0L, 1L);
        assertThat(made).extracting(row -> row.get("last_amount")).containsExactly(null, 0.0, 10.0);
        assertThat(made).extracting(row -> row.get("label")).containsExactly(null, false, true);
        assertThat(made).extracting(row -> row.get("amount")).containsExactly(1.0, null, 12.5);
        assertThat(made).extracting(row -> row.get("code")).containsExactly(1L, null, 123456789012L);
        assertThat(made)
                .extracting(row -> String.valueOf(Bits.of(row.get("tags"))))
                .containsExactly("[]", "null", "[a, b]");
        assertThat(made.getFirst().keySet())
                .containsExactly(
                        "user_id",
                        "event_timestamp",
                        "label",
                        "amount",
                        "code",
                        "tags",
                        "last_amount",
                        "last_amount__status");
    }

    @Test
    void positionsThatWereRecordedWithARowBoundWhatItKnows() throws Exception {
        var made = made(
                "warehouse",
                "select user_id, at as event_timestamp, positions from labels where user_id < 2 order by id",
                new KnownAt.PositionsColumn("positions"));

        assertThat(made).extracting(row -> row.get("last_amount")).containsExactly(4.0, null);
        assertThat(made).extracting(row -> row.get("last_amount__status")).containsExactly("PRESENT", "NOT_FOUND");
    }

    @Test
    void aQueryThatIsNoneOrDoesMoreThanReadIsRefused() throws Exception {
        assertFails("nowhere", "select 1", "millrace.features.connections.nowhere.jdbc-url");
        assertFails("warehouse", "select * from nothing", "nothing");
        assertFails("warehouse", "delete from labels returning *", "cannot be read");
        assertFails(
                "warehouse",
                "select 1) as a; commit; delete from labels; select * from (select 1",
                "more than one statement");
        assertFails("warehouse", "select user_id from labels", "no column 'event_timestamp'");
        assertFails("warehouse", "select 1 as user_id, 7.5 as event_timestamp", "DOUBLE");
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from labels")) {
            rows.next();
            assertThat(rows.getLong(1)).isEqualTo(3);
        }
    }

    private void assertFails(String connection, String sql, String word) {
        assertThatThrownBy(() -> made(connection, sql, new KnownAt.Today()))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining(word);
    }
}
