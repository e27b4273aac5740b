package io.millrace.features.offline;

import static io.millrace.features.offline.OfflineFixture.SOURCE;
import static io.millrace.features.offline.OfflineFixture.START;
import static io.millrace.features.offline.OfflineFixture.VIEW;
import static io.millrace.features.offline.OfflineFixture.batch;
import static io.millrace.features.offline.OfflineFixture.offsets;
import static io.millrace.features.offline.OfflineFixture.row;
import static io.millrace.features.offline.OfflineFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.offline.OfflineBatch;
import io.millrace.features.app.offline.OfflineBatch.Span;
import io.millrace.features.app.offline.OfflineConflictException;
import io.millrace.features.app.offline.OfflineFile;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore.Reached;
import io.millrace.features.app.offline.OfflineStoreException;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.ViewId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetOfflineStoreTest {
    @TempDir
    Path directory;

    private ParquetOfflineStore store;

    @BeforeEach
    void open() {
        store = OfflineFixture.store(new LocalFolder(directory.resolve("root")), directory);
    }

    private static FeatureValue real(double value) {
        return new FeatureValue.Real(value);
    }

    @Test
    void aViewThatIsNotThereIsEmpty() {
        try (OfflineSnapshot snapshot = store.snapshot(VIEW.id())) {
            assertThat(snapshot.paths()).isEmpty();
            assertThat(snapshot.positions()).isEmpty();
        }
        assertThat(store.reached(VIEW.id())).isEmpty();
    }

    @Test
    void rowsComeBackAsTheyWereToTheBit() {
        var awkward = new ArrayList<OfflineRow>();
        double[] amounts = {-0.0, 0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE, 0.1 + 0.2};
        for (int i = 0; i < amounts.length; i++) {
            awkward.add(row(new FeatureEvent(
                    new EntityKey(List.of(new FeatureValue.Int(i % 2 == 0 ? Long.MIN_VALUE : i))),
                    START,
                    i % 2 == 0 ? FeatureEvent.NO_CREATED : START + i,
                    new Position(SOURCE, i),
                    Arrays.asList(real(amounts[i]), new FeatureValue.Text("ü\u0000'\"\n")))));
        }
        awkward.add(new OfflineRow(row(1, -1, 6, null).event(), -7, true));

        store.append(VIEW, new OfflineBatch(awkward, Map.of(SOURCE, new Span(OfflineBatch.NEW, 7, START))));

        assertThat(rows(store)).containsExactlyInAnyOrderElementsOf(awkward);
        assertThat(store.reached(VIEW.id())).isEqualTo(Map.of(SOURCE, new Reached(7, START)));
        try (OfflineSnapshot snapshot = store.snapshot(VIEW.id())) {
            assertThat(snapshot.files()).containsOnlyKeys(LocalDate.parse("1969-12-31"), LocalDate.parse("2026-03-01"));
        }
    }

    @Test
    void rowsOfAFileAreSortedByKeyThenByTheOrderOfEvents() {
        store.append(VIEW, batch(0, 12));

        List<OfflineRow> rows = rows(store);
        assertThat(rows).hasSize(12);
        assertThat(rows.stream().map(row -> row.event().position().offset()))
                .containsExactly(0L, 3L, 6L, 9L, 1L, 4L, 7L, 10L, 2L, 5L, 8L, 11L);
    }

    @Test
    void batchesFollowOneAnotherAndDaysAreFilesOfTheirOwn() {
        store.append(VIEW, batch(0, 20));
        store.append(VIEW, batch(20, 40));

        assertThat(offsets(store)).isEqualTo(LongStream.range(0, 40).boxed().toList());
        try (OfflineSnapshot snapshot = store.snapshot(VIEW.id())) {
            assertThat(snapshot.sequence()).isEqualTo(2);
            assertThat(snapshot.positions()).isEqualTo(Map.of(SOURCE, 40L));
            assertThat(snapshot.rows()).isEqualTo(40);
            assertThat(snapshot.files())
                    .containsOnlyKeys(
                            LocalDate.parse("2026-03-01"),
                            LocalDate.parse("2026-03-02"),
                            LocalDate.parse("2026-03-03"));
            assertThat(snapshot.paths(LocalDate.parse("2026-03-03"), LocalDate.parse("2026-03-05")))
                    .hasSize(1);
        }
    }

    @Test
    void aBatchThatBeginsElsewhereIsRefusedAndChangesNothing() throws IOException {
        store.append(VIEW, batch(0, 5));

        assertThatThrownBy(() -> store.append(VIEW, batch(0, 5))).isInstanceOf(OfflineConflictException.class);
        assertThatThrownBy(() -> store.append(VIEW, batch(6, 8))).isInstanceOf(OfflineConflictException.class);
        assertThat(offsets(store)).containsExactly(0L, 1L, 2L, 3L, 4L);
        assertThat(new LocalFolder(directory.resolve("root")).list("activity/v1/"))
                .hasSize(2);
    }

    @Test
    void aSnapshotDoesNotSeeWhatComesLater() {
        store.append(VIEW, batch(0, 5));
        try (OfflineSnapshot before = store.snapshot(VIEW.id())) {
            store.append(VIEW, batch(5, 10));

            assertThat(before.rows()).isEqualTo(5);
            assertThat(before.positions()).isEqualTo(Map.of(SOURCE, 5L));
        }
    }

    @Test
    void aBatchWithoutRowsMovesThePositionsOnly() {
        store.append(VIEW, new OfflineBatch(List.of(), Map.of(SOURCE, new Span(OfflineBatch.NEW, 9, Long.MIN_VALUE))));

        assertThat(store.reached(VIEW.id())).isEqualTo(Map.of(SOURCE, new Reached(9, Long.MIN_VALUE)));
        assertThat(rows(store)).isEmpty();
    }

    @Test
    void aDroppedVersionLeavesNothing() throws IOException {
        store.append(VIEW, batch(0, 30));
        store.drop(VIEW.id());
        store.drop(new ViewId("never", "v1"));

        assertThat(rows(store)).isEmpty();
        assertThat(new LocalFolder(directory.resolve("root")).list("activity/")).isEmpty();
    }

    @Test
    void aTruncatedFileIsSaidAndNotRead() throws IOException {
        store.append(VIEW, batch(0, 5));
        try (OfflineSnapshot snapshot = store.snapshot(VIEW.id())) {
            OfflineFile file = snapshot.files().firstEntry().getValue().getFirst();
            Path path = directory.resolve("root/activity/v1").resolve(file.path());
            Files.write(path, Arrays.copyOf(Files.readAllBytes(path), 100));

            assertThatThrownBy(snapshot::paths)
                    .isInstanceOf(OfflineStoreException.class)
                    .hasMessageContaining("damaged");
        }
    }

    @Test
    void aDamagedManifestIsSaidAndNeverTakenForAnEmptyOne() throws IOException {
        store.append(VIEW, batch(0, 5));
        Files.writeString(directory.resolve("root/activity/v1/manifest.json"), "{\"format\":9}");

        assertThatThrownBy(() -> store.snapshot(VIEW.id())).isInstanceOf(OfflineStoreException.class);
        assertThatThrownBy(() -> store.append(VIEW, batch(0, 5))).isInstanceOf(OfflineStoreException.class);
    }
}
