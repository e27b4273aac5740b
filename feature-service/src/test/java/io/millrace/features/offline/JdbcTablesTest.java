package io.millrace.features.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.backing.PostgresServer;
import io.millrace.features.app.batch.BatchSourceException;
import io.millrace.features.app.batch.BatchTables;
import io.millrace.features.app.batch.TimeRange;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.config.MaterializationConfig;
import io.millrace.features.config.OfflineStoreConfig;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.FeatureView.Table;
import io.millrace.features.kernel.FeatureView.TimeColumn;
import io.millrace.features.kernel.FeatureView.TimeUnitOfField;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdbcTablesTest {
    private static final long NOON = 1_772_366_400_000_000L;

    @TempDir
    Path directory;

    private JdbcTables tables(Map<String, String> more) {
        return tables(directory, more);
    }

    static JdbcTables tables(Path directory, Map<String, String> more) {
        var settings = new HashMap<>(more);
        settings.put("millrace.features.materialization.directory", directory.toString());
        settings.put(
                "millrace.features.offline-store.directory",
                directory.resolve("offline").toString());
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withMapping(FeaturesConfig.class)
                .withMapping(MaterializationConfig.class)
                .withMapping(OfflineStoreConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 500))
                .withConverter(java.time.Duration.class, 500, new io.quarkus.runtime.configuration.DurationConverter())
                .withConverter(
                        io.quarkus.runtime.configuration.MemorySize.class,
                        500,
                        new io.quarkus.runtime.configuration.MemorySizeConverter())
                .build();
        return new JdbcTables(
                config.getConfigMapping(MaterializationConfig.class),
                config.getConfigMapping(FeaturesConfig.class),
                config.getConfigMapping(OfflineStoreConfig.class));
    }

    private static Source.Batch source(Table table) {
        return new Source.Batch(table, new TimeColumn("at", TimeUnitOfField.RFC3339), Optional.empty());
    }

    private static List<Map<String, @Nullable FeatureValue>> rows(BatchTables tables, Table table, TimeRange range) {
        var all = new ArrayList<Map<String, @Nullable FeatureValue>>();
        try (BatchTables.Rows rows = tables.open(source(table), range)) {
            for (var row = rows.next(); row != null; row = rows.next()) {
                all.add(row);
            }
            assertThat(rows.expected()).isEqualTo(all.size());
        }
        return all;
    }

    @Test
    void csvAndParquetFilesAreReadInTheOrderOfTheirNamesAndRows() throws Exception {
        Files.writeString(directory.resolve("b.csv"), "user,at,amount,ok\n3,2026-03-01T12:00:00Z,1.5,true\n");
        Files.writeString(
                directory.resolve("a.csv"),
                "user,at,amount,ok\n1,2026-03-01T12:00:00Z,,false\n2,2026-03-01T13:00:00Z,2,\n");
        JdbcTables tables = tables(Map.of());

        List<Map<String, @Nullable FeatureValue>> csv = rows(tables, new Table.Files("*.csv"), TimeRange.ALL);
        assertThat(csv.stream().map(row -> row.get("user")))
                .containsExactly(new FeatureValue.Int(1), new FeatureValue.Int(2), new FeatureValue.Int(3));
        assertThat(csv.getFirst())
                .containsEntry("at", new FeatureValue.Time(NOON))
                .containsEntry("amount", null)
                .containsEntry("ok", new FeatureValue.Bool(false));
        try (Connection duckDb = new DuckDb(64 << 20, 1, directory.resolve("spill")).open(List.of(directory));
                Statement statement = duckDb.createStatement()) {
            statement.execute(
                    "COPY (SELECT 7 AS user, TIMESTAMP '2026-03-01 12:00:00' AS at, [1.0, 2.0] AS amounts) TO '"
                            + directory.resolve("c.parquet") + "' (FORMAT parquet)");
        }
        assertThat(rows(tables, new Table.Files("c.parquet"), TimeRange.ALL))
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsEntry("user", new FeatureValue.Int(7))
                        .containsEntry("at", new FeatureValue.Time(NOON)));
    }

    @Test
    void instantsInNanosecondsAsPandasWritesThemAreReadToTheMicrosecond() throws Exception {
        try (Connection duckDb = new DuckDb(64 << 20, 1, directory.resolve("spill")).open(List.of(directory));
                Statement statement = duckDb.createStatement()) {
            statement.execute("COPY (SELECT 7 AS user, TIMESTAMPTZ_NS '2026-03-01 13:00:00.000001+01' AS at) TO '"
                    + directory.resolve("ns.parquet") + "' (FORMAT parquet)");
        }

        assertThat(rows(tables(Map.of()), new Table.Files("ns.parquet"), TimeRange.ALL))
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsEntry("user", new FeatureValue.Int(7))
                        .containsEntry("at", new FeatureValue.Time(NOON + 1)));
    }

    @Test
    void filesElsewhereAndThoseThatAreNotThereAreRefused() {
        JdbcTables tables = tables(Map.of());

        assertThatThrownBy(() -> rows(tables, new Table.Files("../*.csv"), TimeRange.ALL))
                .isInstanceOf(BatchSourceException.class)
                .hasMessageContaining("outside");
        assertThatThrownBy(() -> rows(tables, new Table.Files("/etc/hosts.csv"), TimeRange.ALL))
                .isInstanceOf(BatchSourceException.class);
        assertThatThrownBy(() -> rows(tables, new Table.Files("none.parquet"), TimeRange.ALL))
                .isInstanceOf(BatchSourceException.class);
        assertThatThrownBy(() -> rows(tables, new Table.Query("select 1", "nowhere"), TimeRange.ALL))
                .isInstanceOf(BatchSourceException.class)
                .hasMessageContaining("millrace.features.connections.nowhere.jdbc-url");
    }

    @Test
    void aQueryOnPostgresIsReadOnlyOrderedAndBoundedByTheRange() throws Exception {
        ThrowingCallable gone;
        try (PostgresServer postgres = PostgresServer.start(directory.resolve("postgres"))) {
            var properties = new Properties();
            properties.setProperty("user", "postgres");
            try (Connection connection = new org.postgresql.Driver().connect(postgres.jdbcUrl(), properties);
                    Statement statement = connection.createStatement()) {
                statement.execute(
                        "create table spend (user_id bigint, at timestamptz, amount double precision, day date, n numeric(4,0))");
                statement.execute("insert into spend values (2, '2026-03-01T13:00:00Z', 2.5, '2026-03-01', 7),"
                        + " (1, '2026-03-01T12:00:00Z', null, null, null), (3, '2026-03-02T12:00:00Z', 1, null, 1)");
            }
            JdbcTables tables = tables(Map.of(
                    "millrace.features.connections.warehouse.jdbc-url",
                    postgres.jdbcUrl(),
                    "millrace.features.connections.warehouse.username",
                    "postgres"));
            var table = new Table.Query("select * from spend;", "warehouse");

            List<Map<String, @Nullable FeatureValue>> all = rows(tables, table, TimeRange.ALL);
            assertThat(all.stream().map(row -> row.get("user_id")))
                    .containsExactly(new FeatureValue.Int(1), new FeatureValue.Int(2), new FeatureValue.Int(3));
            assertThat(all.getFirst())
                    .containsEntry("at", new FeatureValue.Time(NOON))
                    .containsEntry("amount", null);
            assertThat(rows(tables, table, new TimeRange(NOON + 1, NOON + 3_600_000_000L)))
                    .hasSize(1);
            assertThatThrownBy(() ->
                            rows(tables, new Table.Query("delete from spend returning *", "warehouse"), TimeRange.ALL))
                    .isInstanceOf(BatchSourceException.class);
            gone = () -> rows(tables, table, TimeRange.ALL);
        }
        assertThatThrownBy(gone).as("Postgres has gone").isInstanceOf(BatchSourceException.class);
    }
}
