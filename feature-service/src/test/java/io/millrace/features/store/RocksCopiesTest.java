package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.NOON;
import static io.millrace.features.store.StoreEvents.VIEW;
import static io.millrace.features.store.StoreEvents.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.Query;
import io.millrace.features.app.OnlineStore.Readings;
import io.millrace.features.app.OnlineStore.RowReading;
import io.millrace.features.app.StoreCopies.Copy;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.gate.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksCopiesTest {
    @TempDir
    Path folder;

    private final List<FeatureEvent> events = StoreEvents.random(new Random(23), 300, NOON, StoreEvents.DAY);
    private RocksDbOnlineStore store;
    private RocksCopies copies;
    private Path backup;

    @BeforeEach
    void open() {
        store = StoreEvents.rocks(folder.resolve("store"), new RocksDbSettings(8 << 20, 4 << 20, 64));
        copies = new RocksCopies(store, () -> {});
        backup = folder.resolve("copies");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void apply(int from, int to) {
        store.apply(VIEW, new Batch(events.subList(from, to), next(events.subList(0, to))));
    }

    private Readings read() {
        return store.read(
                VIEW,
                events.stream()
                        .map(event -> new Query(event.key(), NOON + 2 * StoreEvents.DAY))
                        .toList());
    }

    private Copy restore() {
        return copies.restore(backup, List.of(VIEW), (_, _, _) -> false);
    }

    private static void assertReason(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, FeatureReason reason) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                .isEqualTo(reason));
    }

    @Test
    void whatIsRestoredIsWhatWasThereAndGoesOnFromItsPositions() {
        apply(0, 150);
        Readings then = read();
        Copy first = copies.backup(backup);
        apply(150, 300);
        Readings whole = read();
        Copy second = copies.backup(backup);
        assertThat(second.id()).isGreaterThan(first.id());
        store.drop(VIEW.id());

        assertThat(restore().id()).isEqualTo(second.id());

        assertThat(read()).isEqualTo(whole);
        assertThat(store.positions(VIEW.id())).isEqualTo(next(events));
        assertThat(then).isNotEqualTo(whole);
        assertThat(Files.exists(folder.resolve("store.before-restore"))).isFalse();
    }

    @Test
    void rowsOfEntitiesThatAreGoneDoNotComeBack() {
        apply(0, 300);
        copies.backup(backup);
        EntityKey gone = events.getFirst().key();

        Readings before = read();

        copies.restore(backup, List.of(VIEW), (view, key, copy) -> view == VIEW && key.equals(gone) && copy.id() == 1);

        Readings after = read();
        RowReading nothing = store.read(
                        VIEW, List.of(new Query(new EntityKey(List.of(new FeatureValue.Text("nobody"))), NOON)))
                .rows()
                .getFirst();
        for (int i = 0; i < events.size(); i++) {
            boolean isGone = events.get(i).key().equals(gone);
            assertThat(before.rows().get(i)).isNotEqualTo(nothing);
            assertThat(after.rows().get(i))
                    .isEqualTo(isGone ? nothing : before.rows().get(i));
        }
        assertThat(store.positions(VIEW.id())).isEqualTo(next(events));
    }

    @Test
    void aLoopThatDoesNotAskForThePositionsAfterARestoreIsRefusedAndLeavesNoGap() {
        apply(0, 100);
        copies.backup(backup);
        apply(100, 200);
        restore();

        assertThatThrownBy(() -> apply(200, 300)).isInstanceOf(StoreUnavailableException.class);

        assertThat(store.positions(VIEW.id())).isEqualTo(next(events.subList(0, 100)));
        apply(100, 300);
        assertThat(store.positions(VIEW.id())).isEqualTo(next(events));
    }

    @Test
    void aDamagedCopyIsRefusedAndTheStoreStaysAsItWas() throws IOException {
        apply(0, 300);
        copies.backup(backup);
        Readings before = read();
        try (Stream<Path> files = Files.walk(backup)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".sst")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes);
            }
        }

        assertReason(() -> restore(), FeatureReason.NO_BACKUP);

        assertThat(read()).isEqualTo(before);
    }

    @Test
    void foldersWithoutACopyAndTheStoresOwnAreRefused() {
        assertReason(
                () -> copies.restore(folder.resolve("nothing"), List.of(), (_, _, _) -> false),
                FeatureReason.NO_BACKUP);
        assertReason(
                () -> copies.backup(folder.resolve("store/inside").toAbsolutePath()), FeatureReason.MALFORMED_REQUEST);
        assertReason(() -> new RedisCopies().backup(backup), FeatureReason.COPIES_ARE_REDIS_OWN);
        assertReason(
                () -> new RedisCopies().restore(backup, List.of(), (_, _, _) -> false),
                FeatureReason.COPIES_ARE_REDIS_OWN);
    }
}
