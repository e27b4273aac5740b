package io.millrace.features.offline;

import static io.millrace.features.offline.OfflineFixture.DAY;
import static io.millrace.features.offline.OfflineFixture.SOURCE;
import static io.millrace.features.offline.OfflineFixture.START;
import static io.millrace.features.offline.OfflineFixture.VIEW;
import static io.millrace.features.offline.OfflineFixture.batch;
import static io.millrace.features.offline.OfflineFixture.offsets;
import static io.millrace.features.offline.OfflineFixture.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.offline.OfflineBatch;
import io.millrace.features.app.offline.OfflineBatch.Span;
import io.millrace.features.app.offline.OfflineFile;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactionTest {
    @TempDir
    Path directory;

    private final Pins pins = new Pins();
    private Instant now = Instant.now();
    private final InstantSource clock = () -> now;

    private OfflineFolder local() {
        return new LocalFolder(directory.resolve("root"));
    }

    private ParquetOfflineStore store(OfflineFolder folder) {
        return new ParquetOfflineStore(folder, OfflineFixture.parquet(directory), pins);
    }

    private Compaction compaction(OfflineFolder folder, int files, long bytes) {
        return new Compaction(
                store(folder),
                folder,
                OfflineFixture.parquet(directory),
                pins,
                directory.resolve("work"),
                new Compaction.Limits(files, bytes, Duration.ofHours(1)),
                clock);
    }

    /** Batches of one row each, all of one day. */
    private void appendSmall(ParquetOfflineStore store, int from, int to) {
        for (int offset = from; offset < to; offset++) {
            OfflineRow row = row(offset % 3, START + offset, offset, (double) offset);
            long before = offset == 0 ? OfflineBatch.NEW : offset;
            store.append(VIEW, new OfflineBatch(List.of(row), Map.of(SOURCE, new Span(before, offset + 1, START))));
        }
    }

    private static List<Long> numbers(long to) {
        return LongStream.range(0, to).boxed().toList();
    }

    private long filesOnDisk() throws IOException {
        return local().list("activity/v1/").stream()
                .filter(entry -> entry.name().endsWith(".parquet"))
                .count();
    }

    @Test
    void smallFilesOfADayBecomeOneSortedOneAndTheOldOnesGoAfterTheTimeOfGrace() throws IOException {
        OfflineFolder folder = local();
        ParquetOfflineStore store = store(folder);
        Compaction compaction = compaction(folder, 4, 1 << 20);
        appendSmall(store, 0, 6);

        assertThat(compaction.merge(VIEW)).isEqualTo(6);
        try (OfflineSnapshot snapshot = store.snapshot(VIEW.id())) {
            assertThat(snapshot.files().firstEntry().getValue()).hasSize(1);
            assertThat(snapshot.positions()).isEqualTo(Map.of(SOURCE, 6L));
        }
        assertThat(OfflineFixture.rows(store).stream()
                        .map(row -> row.event().position().offset()))
                .containsExactly(0L, 3L, 1L, 4L, 2L, 5L);
        assertThat(compaction.sweep(VIEW.id())).isZero();
        assertThat(filesOnDisk()).isEqualTo(7);
        now = now.plus(Duration.ofHours(2));
        assertThat(compaction.sweep(VIEW.id())).isEqualTo(6);
        assertThat(filesOnDisk()).isEqualTo(1);
        assertThat(offsets(store)).isEqualTo(numbers(6));
        assertThat(store.manifests().read(VIEW.id()).removed()).isEmpty();
    }

    @Test
    void fewOrLargeFilesAreLeftAsTheyAre() throws IOException {
        OfflineFolder folder = local();
        appendSmall(store(folder), 0, 3);

        assertThat(compaction(folder, 4, 1 << 20).merge(VIEW)).isZero();
        assertThat(compaction(folder, 2, 10).merge(VIEW)).isZero();
    }

    @Test
    void aSnapshotThatIsOpenKeepsItsFilesBeyondTheTimeOfGrace() throws IOException {
        OfflineFolder folder = local();
        ParquetOfflineStore store = store(folder);
        Compaction compaction = compaction(folder, 2, 1 << 20);
        appendSmall(store, 0, 3);
        try (OfflineSnapshot before = store.snapshot(VIEW.id())) {
            compaction.merge(VIEW);
            now = now.plus(Duration.ofHours(2));
            assertThat(compaction.sweep(VIEW.id())).isZero();
            var rows = new ArrayList<OfflineRow>();
            store.read(VIEW, before, before.paths(), rows::add);
            assertThat(rows).hasSize(3);
        }
        assertThat(compaction.sweep(VIEW.id())).isEqualTo(3);
        assertThat(offsets(store)).isEqualTo(numbers(3));
    }

    @Test
    void filesThatNobodyNamesAreSweptOnceTheyAreOld() throws IOException {
        OfflineFolder folder = local();
        ParquetOfflineStore store = store(folder);
        Compaction compaction = compaction(folder, 2, 1 << 20);
        store.append(VIEW, batch(0, 3));
        Path orphan = directory.resolve("root/activity/v1/day=2026-03-01/9-orphan.parquet");
        Files.writeString(orphan, "left by somebody who died");
        Files.writeString(directory.resolve("work").resolve("half.parquet"), "and this");

        assertThat(compaction.sweep(VIEW.id())).isZero();
        now = now.plus(Duration.ofHours(2));
        assertThat(compaction.sweep(VIEW.id())).isEqualTo(1);
        compaction.sweepWork();
        assertThat(orphan).doesNotExist();
        assertThat(directory.resolve("work")).isEmptyDirectory();
        assertThat(offsets(store)).isEqualTo(numbers(3));
    }

    @Test
    void aDamagedFileIsNeverMergedAway() throws IOException {
        OfflineFolder folder = local();
        ParquetOfflineStore store = store(folder);
        appendSmall(store, 0, 4);
        OfflineFile file = store.manifests().read(VIEW.id()).files().getFirst();
        Path path = directory.resolve("root/activity/v1").resolve(file.path());
        byte[] bytes = Files.readAllBytes(path);
        bytes[20] ^= 1;
        Files.write(path, bytes);

        assertThatThrownBy(() -> compaction(folder, 2, 1 << 20).merge(VIEW))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
        assertThat(store.manifests().read(VIEW.id()).files()).hasSize(4);
    }

    @Test
    void daysThatAreTooOldAreDropped() throws IOException {
        OfflineFolder folder = local();
        ParquetOfflineStore store = store(folder);
        store.append(VIEW, batch(0, 60));

        assertThat(compaction(folder, 9, 1 << 20).expire(VIEW.id(), LocalDate.parse("2026-03-02")))
                .isEqualTo(1);
        assertThat(offsets(store).getFirst()).isEqualTo(14L);
        assertThat(store.reached(VIEW.id()).get(SOURCE)).isNotNull();
        assertThat(START + 14 * DAY / 24).isEqualTo(OfflineFixture.micros("2026-03-02T00:00:00Z"));
    }

    @Test
    void whateverStepFailsNoRowIsLostOrTwice() throws IOException {
        var random = new Random(7);
        var faulty = new FaultyFolder(local(), () -> random.nextInt(3) == 0);
        ParquetOfflineStore sound = store(local());
        Compaction compaction = compaction(faulty, 2, 1 << 20);
        int failures = 0;
        for (int round = 0; round < 12; round++) {
            appendSmall(sound, round * 3, round * 3 + 3);
            now = now.plus(Duration.ofMinutes(40));
            try {
                compaction.merge(VIEW);
                compaction.sweep(VIEW.id());
            } catch (IOException | RuntimeException e) {
                failures++;
            }
            assertThat(offsets(sound)).isEqualTo(numbers(round * 3 + 3));
        }
        assertThat(failures).isPositive();
    }
}
