package io.millrace.features.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.MemoryDefinitions;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.ViewQuery;
import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.app.RecomputedReads;
import io.millrace.features.app.RecomputedReads.Place;
import io.millrace.features.app.RecomputedReads.Recomputed;
import io.millrace.features.app.RecomputedReads.Row;
import io.millrace.features.app.RecomputedReads.Why;
import io.millrace.features.app.deletion.Voids;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.features.store.TestOnlineStore;
import io.millrace.gate.Refusal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What RocksDB served at some positions, computed again from Parquet files that hold more than was known. */
class RecomputedReadsTest {
    @TempDir
    Path directory;

    private int number;

    private RecomputedReads reads(Drawn drawn, OfflineStore offline, Path folder) {
        var catalog = new Catalog();
        catalog.put(drawn.view);
        return new RecomputedReads(
                catalog,
                new MemoryDefinitions(catalog),
                offline,
                new EntityEvents(new DuckDb(256 << 20, 1, folder.resolve("spill"))),
                new Voids());
    }

    private static List<String> features(Drawn drawn) {
        return drawn.view.features().stream()
                .map(feature -> drawn.view.id() + ":" + feature.name())
                .toList();
    }

    private static Row row(Drawn drawn, String entity, long asOf, Map<SourcePartition, Long> positions) {
        String key = drawn.view.joinKeys().getFirst().name();
        Map<Place, Long> places = positions.entrySet().stream()
                .collect(Collectors.toMap(
                        each -> new Place(each.getKey().topicId(), each.getKey().partition()), Map.Entry::getValue));
        return new Row(
                Map.of(key, new FeatureValue.Text(entity)),
                asOf,
                Map.of(drawn.view.id().toString(), places));
    }

    @Test
    void whatWasServedAtPositionsIsComputedAgainToTheBitWhateverCameLater() {
        qt().withExamples(12)
                .withShrinkCycles(5)
                .forAll(longs().all(), integers().between(1, 60))
                .checkAssert((seed, events) -> {
                    var drawn = new Drawn(seed, events);
                    Path folder = directory.resolve("r" + number++);
                    OfflineStore offline = TestOfflineStore.of(folder);
                    offline.append(drawn.view, drawn.batch());
                    // Three batches; after each of them some rows are read as what was applied then gives them.
                    var rows = new ArrayList<Row>();
                    var served = new ArrayList<ViewRows>();
                    int[] all = IntStream.range(0, drawn.view.features().size()).toArray();
                    try (OnlineStore online = TestOnlineStore.rocksDb(folder.resolve("online"))) {
                        for (int part = 1; part <= 3; part++) {
                            int upTo = drawn.rows.size() * part / 3;
                            List<FeatureEvent> known = drawn.rows.subList(0, upTo).stream()
                                    .filter(row -> !row.late())
                                    .map(row -> row.event())
                                    .toList();
                            Map<SourcePartition, Long> next = new HashMap<>();
                            drawn.rows
                                    .subList(0, upTo)
                                    .forEach(row -> next.merge(
                                            row.event().position().source(),
                                            row.event().position().offset() + 1,
                                            Math::max));
                            online.apply(drawn.view, new Batch(known, next));
                            for (int i = 0; i < 7; i++) {
                                String entity = drawn.anyEntity();
                                long asOf = drawn.anyInstant();
                                var query = new ViewQuery(
                                        drawn.view, all, Arrays.asList(Drawn.entity(entity)), new long[] {asOf});
                                ViewRows read = online.read(List.of(query)).getFirst();
                                if (read.table().state(0) != FeatureTable.State.BEFORE_RETENTION) {
                                    served.add(read);
                                    rows.add(row(drawn, entity, asOf, read.positions()));
                                }
                            }
                        }
                    }
                    if (rows.isEmpty()) {
                        return;
                    }
                    Recomputed again = reads(drawn, offline, folder).compute(features(drawn), rows);
                    FeatureTable table = again.answer().views().getFirst().table();
                    for (int row = 0; row < rows.size(); row++) {
                        FeatureTable online = served.get(row).table();
                        assertThat(table.state(row)).isEqualTo(online.state(0));
                        assertThat(table.values(row)).isEqualTo(online.values(0));
                        if (online.state(0) != FeatureTable.State.MISSING) {
                            assertThat(table.eventTimeMicros(row)).isEqualTo(online.eventTimeMicros(0));
                        }
                    }
                    assertThat(again.gaps())
                            .allMatch(gap -> gap.why() == Why.NO_POSITIONS
                                    && rows.get(gap.row()).positions().values().stream()
                                            .allMatch(Map::isEmpty));
                });
    }

    @Test
    void positionsThatTheOfflineStoreHasNotComeToAreRefusedForNow() {
        var drawn = new Drawn(3, 20);
        OfflineStore offline = TestOfflineStore.of(directory.resolve("behind"));
        offline.append(drawn.view, drawn.batch());
        Map<SourcePartition, Long> beyond = new HashMap<>(drawn.next());
        beyond.replaceAll((_, next) -> next + 1);

        assertThatThrownBy(() -> reads(drawn, offline, directory)
                        .compute(features(drawn), List.of(row(drawn, "7", Drawn.START, beyond))))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(FeatureReason.OFFLINE_STORE_BEHIND));
    }

    @Test
    void aRowWithoutPositionsSaysSo() {
        var drawn = new Drawn(3, 20);
        OfflineStore offline = TestOfflineStore.of(directory.resolve("gone"));
        offline.append(drawn.view, drawn.batch());

        Recomputed recomputed = reads(drawn, offline, directory)
                .compute(features(drawn), List.of(row(drawn, "7", Drawn.START, Map.of())));

        assertThat(recomputed.gaps()).extracting(RecomputedReads.Gap::why).containsExactly(Why.NO_POSITIONS);
        assertThat(recomputed.answer().views().getFirst().table().state(0)).isEqualTo(FeatureTable.State.MISSING);
    }
}
