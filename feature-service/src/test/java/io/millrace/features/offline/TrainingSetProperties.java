package io.millrace.features.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.ViewQuery;
import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.training.KnownAt;
import io.millrace.features.app.training.TrainingRows.RowFormat;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.fold.PointInTimeHistory;
import io.millrace.features.kernel.fold.RowAnswer;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.features.store.TestOnlineStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingSetProperties {
    private static final int ASKED = 30;

    @TempDir
    Path directory;

    private int example;

    /** A question: an entity, an instant, and when what is known was known. */
    private record Ask(String id, long asOf, long known, Map<SourcePartition, Long> next, Drawn.Request request) {
        static final String COLUMNS = "id,event_timestamp,known,positions,r,w,m\n";

        String csv() {
            return quoted(id) + "," + asOf + "," + known + "," + quoted(positions()) + "," + text(request.r()) + ","
                    + (request.w() == null ? "" : quoted(request.w())) + "," + text(request.m());
        }

        /** As predictions record them; what is said of another version of the view has no meaning. */
        private String positions() {
            return next.entrySet().stream()
                    .map(each -> "{\"view\":\"drawn@v1\",\"topic\":\"t\",\"topic_id\":\""
                            + each.getKey().topicId() + "\",\"partition\":"
                            + each.getKey().partition() + ",\"offset\":" + each.getValue() + "}")
                    .collect(Collectors.joining(
                            ",",
                            "[{\"view\":\"drawn@v2\",\"topic\":\"t\",\"topic_id\":\"AAAA\",\"partition\":0,\"offset\":1}"
                                    + (next.isEmpty() ? "" : ","),
                            "]"));
        }

        private static String quoted(String text) {
            return '"' + text.replace("\"", "\"\"") + '"';
        }

        private static String text(@Nullable Object value) {
            return value == null ? "" : value.toString();
        }
    }

    @Test
    void everyHistoricalValueIsToTheBitWhatAnOnlineReadAtThatInstantGives() {
        qt().withExamples(20)
                .withShrinkCycles(10)
                .forAll(longs().all(), integers().between(0, 120))
                .checkAssert((seed, events) -> {
                    var drawn = new Drawn(seed, events);
                    List<Ask> asks = asks(drawn);
                    assertAsOnline(drawn, TrainingSetFixture.all(drawn.view), asks);
                    assertAsOnline(drawn, TrainingSetFixture.plan(drawn.someFeatures(), drawn.view), asks);
                });
    }

    @Test
    void whatIsComputedOnDemandIsToTheBitWhatIsComputedOnline() {
        qt().withExamples(15)
                .withShrinkCycles(10)
                .forAll(longs().all(), integers().between(0, 60))
                .checkAssert((seed, events) -> {
                    var drawn = new Drawn(seed, events);
                    List<Ask> asks = asks(drawn);
                    var catalog = new Catalog();
                    catalog.put(drawn.view);
                    catalog.hear("OnDemandFeatureView/computed@v1", Optional.of(drawn.onDemand()));
                    var features = new ArrayList<String>();
                    catalog.named("computed")
                            .orElseThrow()
                            .featureNames()
                            .forEach(name -> features.add("computed:" + name));
                    features.add(features.size() / 2, "drawn:last_x");
                    assertAsOnline(drawn, ReadPlan.of(features, false, catalog::named), asks);
                });
    }

    @Test
    void whatWasNotKnownIsLeftOut() {
        qt().withExamples(20)
                .withShrinkCycles(10)
                .forAll(longs().all(), integers().between(1, 80))
                .checkAssert((seed, events) -> {
                    var drawn = new Drawn(seed, events);
                    List<Ask> asks = asks(drawn);
                    ReadPlan plan = TrainingSetFixture.all(drawn.view);
                    Map<Position, Long> known = drawn.known();
                    var byColumn = made(drawn, plan, asks, new KnownAt.Column("known"));
                    long instant = asks.getFirst().known();
                    var byInstant = made(drawn, plan, asks, new KnownAt.At(instant));
                    Map<SourcePartition, Long> positions = Map.of(Drawn.P0, (long) events / 2);
                    var byPositions = made(drawn, plan, asks, new KnownAt.Positions(positions));
                    var byRow = made(drawn, plan, asks, new KnownAt.PositionsColumn("positions"));
                    for (int row = 0; row < asks.size(); row++) {
                        Ask ask = asks.get(row);
                        assertHistory(drawn, ask, byColumn.get(row), at -> known.getOrDefault(at, 0L) <= ask.known());
                        assertHistory(drawn, ask, byInstant.get(row), at -> known.getOrDefault(at, 0L) <= instant);
                        assertHistory(drawn, ask, byPositions.get(row), at -> isBelow(positions, at));
                        assertHistory(drawn, ask, byRow.get(row), at -> isBelow(ask.next(), at));
                    }
                });
    }

    private static boolean isBelow(Map<SourcePartition, Long> next, Position at) {
        return at.offset() < next.getOrDefault(at.source(), 0L);
    }

    private List<Ask> asks(Drawn drawn) {
        var asks = new ArrayList<Ask>();
        for (int i = 0; i < ASKED; i++) {
            asks.add(new Ask(
                    drawn.anyEntity(),
                    drawn.anyInstant(),
                    drawn.anyArrival(),
                    drawn.anyPositions(),
                    drawn.anyRequest()));
        }
        return asks;
    }

    private List<Map<String, @Nullable Object>> made(Drawn drawn, ReadPlan plan, List<Ask> asks, KnownAt knownAt) {
        Path folder = directory.resolve("example-" + example++);
        OfflineStore store = TestOfflineStore.of(folder);
        store.append(drawn.view, drawn.batch());
        try {
            Path csv = folder.resolve("rows.csv");
            Files.writeString(csv, Ask.COLUMNS + asks.stream().map(Ask::csv).collect(Collectors.joining("\n")) + "\n");
            var fixture = new TrainingSetFixture(store, folder);
            List<Map<String, @Nullable Object>> made =
                    fixture.make(TrainingSetFixture.withEventTimes(fixture.set(csv, RowFormat.CSV, plan, knownAt)));
            assertThat(made)
                    .extracting(row -> row.get("id"))
                    .isEqualTo(asks.stream().map(Ask::id).toList());
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private void assertAsOnline(Drawn drawn, ReadPlan plan, List<Ask> asks) {
        List<FeatureTable> online = online(drawn, plan, asks);
        var made = made(drawn, plan, asks, new KnownAt.Today());
        for (int row = 0; row < asks.size(); row++) {
            var expected = new HashMap<String, @Nullable Object>();
            var actual = new HashMap<String, @Nullable Object>();
            for (ReadPlan.Output output : plan.outputs()) {
                FeatureTable table = online.get(output.view());
                expected.put(output.name(), Bits.of(table.value(row, output.column())));
                expected.put(output.name() + "__status", status(table, row));
                expected.put(output.name() + "__event_time", eventTime(table, row));
                actual.put(output.name() + "__event_time", instant(made.get(row).get(output.name() + "__event_time")));
                actual.put(output.name(), Bits.of(made.get(row).get(output.name())));
                actual.put(output.name() + "__status", made.get(row).get(output.name() + "__status"));
            }
            assertThat(actual).as("%s of %s", asks.get(row), drawn.view.yaml()).isEqualTo(expected);
        }
    }

    /** A table for each part of the plan, then one for each computed feature. */
    private List<FeatureTable> online(Drawn drawn, ReadPlan plan, List<Ask> asks) {
        try (OnlineStore online = TestOnlineStore.rocksDb(directory.resolve("online-" + example))) {
            online.apply(drawn.view, new Batch(drawn.counted(), drawn.next()));
            var keys = new ArrayList<@Nullable EntityKey>();
            asks.forEach(ask -> keys.add(Drawn.entity(ask.id())));
            long[] instants = asks.stream().mapToLong(Ask::asOf).toArray();
            List<ViewRows> read = online.read(plan.parts().stream()
                    .map(part -> new ViewQuery(part.view(), part.features(), keys, instants))
                    .toList());
            var tables = new ArrayList<FeatureTable>();
            read.forEach(rows -> tables.add(rows.table()));
            tables.addAll(plan.onDemand().compute(read, field -> column(field, asks), asks.size()));
            return tables;
        }
    }

    private static List<@Nullable FeatureValue> column(EventField field, List<Ask> asks) {
        return asks.stream()
                .<@Nullable FeatureValue>map(ask -> ask.request().value(field.name()))
                .toList();
    }

    private static @Nullable Instant eventTime(FeatureTable table, int row) {
        return table.state(row) == FeatureTable.State.MISSING
                ? null
                : Instant.EPOCH.plus(table.eventTimeMicros(row), ChronoUnit.MICROS);
    }

    /** DuckDB gives timestamps of years before 1900 in the zone of the machine: as its text they are what they are. */
    private static @Nullable Instant instant(@Nullable Object timestamp) {
        return timestamp == null
                ? null
                : ((Timestamp) timestamp).toLocalDateTime().toInstant(ZoneOffset.UTC);
    }

    private static String status(FeatureTable table, int row) {
        return switch (table.state(row)) {
            case MISSING -> "NOT_FOUND";
            case FRESH -> "PRESENT";
            case EXPIRED -> "OUTSIDE_MAX_AGE";
            case BEFORE_RETENTION -> "BEFORE_RETENTION";
        };
    }

    /** Which events are known. */
    @FunctionalInterface
    private interface Known {
        boolean is(Position position);
    }

    private static void assertHistory(Drawn drawn, Ask ask, Map<String, @Nullable Object> made, Known known) {
        List<FeatureEvent> events = drawn.counted().stream()
                .filter(event -> known.is(event.position()))
                .toList();
        var history = PointInTimeHistory.of(drawn.view, events);
        switch (history.at(Drawn.entity(ask.id()), ask.asOf())) {
            case RowAnswer.Missing _ ->
                assertSame(
                        drawn,
                        ask,
                        made,
                        "NOT_FOUND",
                        drawn.view.features().stream()
                                .<@Nullable FeatureValue>map(_ -> null)
                                .toList());
            case RowAnswer.Row row ->
                assertSame(drawn, ask, made, row.expired() ? "OUTSIDE_MAX_AGE" : "PRESENT", row.values());
        }
    }

    private static void assertSame(
            Drawn drawn,
            Ask ask,
            Map<String, @Nullable Object> made,
            String status,
            List<@Nullable FeatureValue> values) {
        var expected = new HashMap<String, @Nullable Object>();
        var actual = new HashMap<String, @Nullable Object>();
        for (int i = 0; i < values.size(); i++) {
            String name = drawn.view.features().get(i).name();
            expected.put(name, Bits.of(values.get(i)));
            expected.put(name + "__status", status);
            actual.put(name, Bits.of(made.get(name)));
            actual.put(name + "__status", made.get(name + "__status"));
        }
        assertThat(actual).as("%s of %s", ask, drawn.view.yaml()).isEqualTo(expected);
    }
}
