package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.NOON;
import static io.millrace.features.store.StoreEvents.P0;
import static io.millrace.features.store.StoreEvents.PLAIN;
import static io.millrace.features.store.StoreEvents.VIEW;
import static io.millrace.features.store.StoreEvents.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.Query;
import io.millrace.features.app.OnlineStore.Readings;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;

/** What is damaged is found, said, moved aside and built again; it is never served. */
class RocksDbDamageTest {
    private static final int EVENTS = 200;
    private static final RocksDbSettings SMALL = new RocksDbSettings(8 << 20, 4 << 20, 64);

    @TempDir
    Path parent;

    private Path folder;

    @BeforeEach
    void name() {
        folder = parent.resolve("store");
    }

    private RocksDbOnlineStore open() {
        return StoreEvents.rocks(folder, SMALL);
    }

    private static List<FeatureEvent> events() {
        return IntStream.range(0, EVENTS)
                .mapToObj(i -> event("e" + i, NOON + i, P0, i, 1.0 * i))
                .toList();
    }

    private static void applyAll(RocksDbOnlineStore store, FeatureView view) {
        for (FeatureEvent event : events()) {
            store.apply(
                    view, new Batch(List.of(event), Map.of(P0, event.position().offset() + 1)));
        }
    }

    /** Rows in files, and none in the log: the second opening writes them. */
    private void fill() {
        try (RocksDbOnlineStore store = open()) {
            store.adopt(List.of(VIEW));
            applyAll(store, VIEW);
        }
        open().close();
    }

    private static Readings readAll(RocksDbOnlineStore store, FeatureView view) {
        return store.read(
                view,
                events().stream()
                        .map(event -> new Query(event.key(), NOON + EVENTS))
                        .toList());
    }

    private List<Path> files(Path of, String glob) throws IOException {
        try (Stream<Path> files = Files.list(of)) {
            return files.filter(file ->
                            file.getFileSystem().getPathMatcher("glob:" + glob).matches(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private static void flip(Path file, int every) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 0; i < bytes.length; i += every) {
            bytes[i] ^= 0x55;
        }
        Files.write(file, bytes);
    }

    /** The store that is opened then serves nothing of the view before it was built again; the damaged files are kept. */
    private void assertStartedAnew() throws IOException {
        try (RocksDbOnlineStore store = open()) {
            assertThat(store.withheld(VIEW.id())).isPresent();
            assertThatThrownBy(() -> readAll(store, VIEW)).isInstanceOf(StoreUnavailableException.class);
            assertThatThrownBy(() -> applyAll(store, VIEW)).isInstanceOf(StoreUnavailableException.class);
            store.adopt(List.of(VIEW));
            assertThatThrownBy(() -> readAll(store, VIEW)).isInstanceOf(StoreUnavailableException.class);
            assertThat(files(parent, "store.damaged-20010302-101500-000")).hasSize(1);
        }
        try (RocksDbOnlineStore store = open()) {
            store.adopt(List.of(VIEW));
            assertThat(store.withheld(VIEW.id())).as("after another start").isPresent();
            store.adopt(List.of(VIEW, PLAIN));
            assertThat(store.withheld(PLAIN.id())).as("came after the damage").isEmpty();
            RocksDbOnlineStore beside = (RocksDbOnlineStore) store.beside();
            applyAll(beside, VIEW);
            assertThat(store.promote(VIEW)).isTrue();
            assertThat(readAll(store, VIEW).positions()).isEqualTo(Map.of(P0, (long) EVENTS));
        }
    }

    @Test
    void flippedBytesInAFileOfRowsAreFoundAtStart() throws IOException {
        fill();
        for (Path file : files(folder, "*.sst")) {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 3] ^= 0x10;
            Files.write(file, bytes);
        }
        assertStartedAnew();
    }

    @Test
    void aFileThatIsMissingIsFoundAtStart() throws IOException {
        fill();
        Files.delete(files(folder, "*.sst").getFirst());
        assertStartedAnew();
    }

    @ParameterizedTest
    @ValueSource(strings = {"MANIFEST-*", "CURRENT"})
    void aDamagedListOfFilesIsFoundAtStart(String glob) throws IOException {
        fill();
        flip(files(folder, glob).getLast(), 3);
        assertStartedAnew();
    }

    @Test
    void aListOfFilesThatIsCutIsNeverServedAsAStateWithHoles() throws IOException {
        fill();
        Path manifest = files(folder, "MANIFEST-*").getLast();
        byte[] whole = Files.readAllBytes(manifest);
        int served = 0;
        for (int cut = whole.length - 1; cut > 0; cut -= Math.max(1, whole.length / 12)) {
            Path copy = copy();
            Files.write(copy.resolve(manifest.getFileName()), java.util.Arrays.copyOf(whole, cut));
            try (RocksDbOnlineStore store = StoreEvents.rocks(copy, SMALL)) {
                served += assertPrefixOrWithheld(store) ? 1 : 0;
            }
        }
        assertThat(served).isLessThan(12);
    }

    private Path copy() throws IOException {
        Path copy = Files.createDirectory(parent.resolve("copy-" + System.nanoTime()));
        for (Path file : files(folder, "*")) {
            Files.copy(file, copy.resolve(file.getFileName()));
        }
        return copy;
    }

    /** Rows and positions are those of one moment: what is below the positions is there, what is not is not. */
    private static boolean assertPrefixOrWithheld(RocksDbOnlineStore store) {
        if (store.withheld(VIEW.id()).isPresent()) {
            return false;
        }
        Readings all = readAll(store, VIEW);
        long next = all.positions().getOrDefault(P0, 0L);
        var missing = new ArrayList<Integer>();
        for (int i = 0; i < EVENTS; i++) {
            boolean isThere = !all.rows()
                    .get(i)
                    .equals(StoreEvents.reading(
                            io.millrace.features.kernel.fold.ViewPlan.of(VIEW),
                            new io.millrace.features.kernel.fold.RowAnswer.Missing()));
            if (isThere != i < next) {
                missing.add(i);
            }
        }
        assertThat(missing).as("rows that do not fit position " + next).isEmpty();
        return true;
    }

    @Test
    void aLogThatIsCutOrDamagedIsAShorterHistoryWithThePositionsThatBelongToIt() throws IOException {
        try (RocksDbOnlineStore store = open()) {
            applyAll(store, VIEW);
        }
        Path log = files(folder, "*.log").stream()
                .max(java.util.Comparator.comparingLong(file -> file.toFile().length()))
                .orElseThrow();
        byte[] whole = Files.readAllBytes(log);
        for (int part = 1; part <= 2; part++) {
            byte[] cut = java.util.Arrays.copyOf(whole, whole.length * part / 3);
            Path copy = copy();
            Files.write(copy.resolve(log.getFileName()), cut);
            try (RocksDbOnlineStore store = StoreEvents.rocks(copy, SMALL)) {
                assertPrefixOrWithheld(store);
            }
            byte[] flipped = whole.clone();
            flipped[whole.length * part / 3] ^= 0x01;
            copy = copy();
            Files.write(copy.resolve(log.getFileName()), flipped);
            try (RocksDbOnlineStore store = StoreEvents.rocks(copy, SMALL)) {
                assertPrefixOrWithheld(store);
            }
        }
    }

    @Test
    void rowsAndPositionsOfDifferentTimesAreFoundAtStart() throws Exception {
        fill();
        byte[] record;
        try (RocksDbOnlineStore store = open()) {
            record = store.access().use(files -> files.db().get(files.meta(), RocksKeys.view(Room.SERVED, VIEW.id())));
        }
        record[record.length - 1] ^= 1;
        var handles = new ArrayList<ColumnFamilyHandle>();
        try (var options = new DBOptions();
                var db = RocksDB.open(
                        options,
                        folder.toString(),
                        List.of(
                                new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY),
                                new ColumnFamilyDescriptor("rows".getBytes())),
                        handles)) {
            db.put(RocksKeys.view(Room.SERVED, VIEW.id()), record);
            handles.forEach(ColumnFamilyHandle::close);
        }
        assertStartedAnew();
    }

    @Test
    void damageThatAReadMeetsWithholdsThatViewAndTheNextStateIsServed() throws IOException {
        fill();
        List<Path> rows;
        try (RocksDbOnlineStore store = open()) {
            // Else RocksDB may meet the damage by itself, in the background.
            store.access().use(files -> {
                files.db().compactRange(files.rows());
                return true;
            });
            rows = files(folder, "*.sst");
            applyAll(store, PLAIN);
            settle(store);
        }
        Path largest = rows.stream()
                .filter(Files::exists)
                .max(java.util.Comparator.comparingLong(file -> file.toFile().length()))
                .orElseThrow();
        byte[] bytes = Files.readAllBytes(largest);
        bytes[bytes.length / 2] ^= 0x10;
        Files.write(largest, bytes);

        try (RocksDbOnlineStore store = StoreEvents.rocks(folder, SMALL, Duration.ZERO)) {
            store.adopt(List.of(VIEW, PLAIN));
            assertThat(store.withheld(VIEW.id())).as("nobody has read yet").isEmpty();

            assertThatThrownBy(() -> readAll(store, VIEW)).isInstanceOf(StoreUnavailableException.class);

            assertThat(store.withheld(VIEW.id()).orElseThrow()).contains("damaged");
            assertThat(store.withheld(PLAIN.id())).isEmpty();
            assertThat(readAll(store, PLAIN).rows()).hasSize(EVENTS);
            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> isBuiltAgain(store));
            assertThat(assertPrefixOrWithheld(store)).isTrue();
            assertThat(readAll(store, PLAIN).positions()).isEqualTo(Map.of(P0, (long) EVENTS));
        }
    }

    /** Leaves nothing to be compacted, so that the next one to open the folder reads no file by itself. */
    private static void settle(RocksDbOnlineStore store) {
        store.access().use(files -> {
            try (var waiting = new FlushOptions().setWaitForFlush(true)) {
                files.db().flush(waiting, files.rows());
            }
            return true;
        });
        await().atMost(Duration.ofSeconds(30)).until(() -> store.access()
                .use(files -> files.db().getLongProperty(files.rows(), "rocksdb.compaction-pending") == 0
                        && files.db().getLongProperty("rocksdb.num-running-compactions") == 0));
    }

    /** What the loops do: where RocksDB refuses all changes because of the damaged file, all views are built again. */
    private static boolean isBuiltAgain(RocksDbOnlineStore store) {
        store.adopt(List.of(VIEW, PLAIN));
        for (FeatureView view : List.of(VIEW, PLAIN)) {
            if (store.withheld(view.id()).isPresent()) {
                applyAll((RocksDbOnlineStore) store.beside(), view);
                store.promote(view);
            }
        }
        return store.withheld(VIEW.id()).isEmpty() && store.withheld(PLAIN.id()).isEmpty();
    }
}
