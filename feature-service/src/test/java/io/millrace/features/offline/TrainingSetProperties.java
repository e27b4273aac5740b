package io.millrace.features.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.ViewQuery;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.training.KnownAt;
import io.millrace.features.app.training.TrainingRows.RowFormat;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingSetProperties {
    private static final int ASKED = 30;

    @TempDir
    Path directory;

    private int example;

    /** A question: an entity, an instant, and when what is known was known. */
    private record Ask(String id, long asOf, long known) {}

    @Test
    void everyHistoricalValueIsToTheBitWhatAnOnlineReadAtThatInstantGives() {
        qt().withExamples(25)
                .withShrinkCycles(10)
                .forAll(longs().all(), integers().between(0, 120))
                .checkAssert((seed, events) -> {
                    var drawn = new Drawn(seed, events);
                    List<Ask> asks = asks(drawn);
                    var made = made(drawn, asks, new KnownAt.Today());
                    FeatureTable online = online(drawn, asks);
                    for (int row = 0; row < asks.size(); row++) {
                        assertSame(drawn, asks.get(row), made.get(row), status(online, row), online.values(row));
                    }
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
                    Map<Position, Long> known = drawn.known();
                    var byColumn = made(drawn, asks, new KnownAt.Column("known"));
                    long instant = asks.getFirst().known();
                    var byInstant = made(drawn, asks, new KnownAt.At(instant));
                    Map<SourcePartition, Long> positions = Map.of(Drawn.P0, (long) events / 2);
                    var byPositions = made(drawn, asks, new KnownAt.Positions(positions));
                    for (int row = 0; row < asks.size(); row++) {
                        Ask ask = asks.get(row);
                        assertHistory(drawn, ask, byColumn.get(row), at -> known.getOrDefault(at, 0L) <= ask.known());
                        assertHistory(drawn, ask, byInstant.get(row), at -> known.getOrDefault(at, 0L) <= instant);
                        assertHistory(
                                drawn,
                                ask,
                                byPositions.get(row),
                                at -> at.offset() < positions.getOrDefault(at.source(), 0L));
                    }
                });
    }

    private List<Ask> asks(Drawn drawn) {
        var asks = new ArrayList<Ask>();
        for (int i = 0; i < ASKED; i++) {
            asks.add(new Ask(drawn.anyEntity(), drawn.anyInstant(), drawn.anyArrival()));
        }
        return asks;
    }

    private List<Map<String, @Nullable Object>> made(Drawn drawn, List<Ask> asks, KnownAt knownAt) {
        Path folder = directory.resolve("example-" + example++);
        OfflineStore store = TestOfflineStore.of(folder);
        store.append(drawn.view, drawn.batch());
        try {
            Path csv = folder.resolve("rows.csv");
            Files.writeString(
                    csv,
                    "id,event_timestamp,known\n"
                            + String.join(
                                    "\n",
                                    asks.stream()
                                            .map(ask -> '"' + ask.id().replace("\"", "\"\"") + "\"," + ask.asOf() + ","
                                                    + ask.known())
                                            .toList()));
            var fixture = new TrainingSetFixture(store, folder);
            List<Map<String, @Nullable Object>> made =
                    fixture.make(fixture.set(csv, RowFormat.CSV, TrainingSetFixture.all(drawn.view), knownAt));
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

    private FeatureTable online(Drawn drawn, List<Ask> asks) {
        try (OnlineStore online = TestOnlineStore.rocksDb(directory.resolve("online-" + example))) {
            List<FeatureEvent> counted = drawn.counted();
            online.apply(drawn.view, new Batch(counted, drawn.next()));
            var keys = new ArrayList<@Nullable EntityKey>();
            asks.forEach(ask -> keys.add(Drawn.entity(ask.id())));
            return online.read(List.of(new ViewQuery(
                            drawn.view,
                            IntStream.range(0, drawn.view.features().size()).toArray(),
                            keys,
                            asks.stream().mapToLong(Ask::asOf).toArray())))
                    .getFirst()
                    .table();
        }
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
        var history = PointInTimeHistory.of(
                drawn.view,
                drawn.counted().stream()
                        .filter(event -> known.is(event.position()))
                        .toList());
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
