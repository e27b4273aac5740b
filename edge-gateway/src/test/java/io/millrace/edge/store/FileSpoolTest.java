package io.millrace.edge.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.edge.app.EdgeReason;
import io.millrace.edge.app.Spool;
import io.millrace.edge.app.SpoolEntry;
import io.millrace.gate.Refusal;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSpoolTest {
    private static final FileSpool.Limits LIMITS = FileSpool.Limits.of(64 << 20, 1 << 20);

    @TempDir
    Path directory;

    @Test
    void whatWasAppendedIsReadInOrderAlsoAfterAReopening() throws Exception {
        try (var spool = FileSpool.open("t", directory, LIMITS)) {
            for (int i = 0; i < 500; i++) {
                spool.append(entry(i));
            }
            spool.flushed().get(10, TimeUnit.SECONDS);
            assertThat(texts(spool, 0)).isEqualTo(expected(0, 500));
        }
        try (var spool = FileSpool.open("t", directory, LIMITS)) {
            assertThat(texts(spool, 123)).isEqualTo(expected(123, 500));
            assertThat(append(spool, 500).number()).isEqualTo(500);
            assertThat(texts(spool, 499)).isEqualTo(expected(499, 501));
        }
    }

    @Test
    void aLargeEntryIsDeflatedAndComesBackWhole() throws Exception {
        var large = new SpoolEntry(
                SpoolEntry.Kind.AGGREGATE,
                "aggregate",
                "{\"node\":1}".repeat(300_000).getBytes(StandardCharsets.UTF_8));
        try (var spool = FileSpool.open("t", directory, LIMITS)) {
            spool.append(large).durable().get(10, TimeUnit.SECONDS);
            append(spool, 1);

            assertThat(spool.state().usedBytes()).isLessThan(100_000);
            assertThat(spool.read(0, 10, 1).entries().getFirst().entry().value())
                    .isEqualTo(large.value());
            assertThat(spool.read(1, 10, 1).entries().getFirst().entry().key()).isEqualTo("node-1");
        }
    }

    @Test
    void oneFsyncAcknowledgesAllThatWait() throws Exception {
        var entered = new Semaphore(0);
        var go = new Semaphore(0);
        Disk.Force held = file -> {
            entered.release();
            go.acquireUninterruptibly();
            Disk.FSYNC.force(file);
        };
        try (var spool = FileSpool.open("t", directory, LIMITS, held)) {
            var first = spool.append(entry(0));
            assertThat(entered.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            var others = new ArrayList<Spool.Receipt>();
            for (int i = 1; i <= 200; i++) {
                others.add(spool.append(entry(i)));
            }
            assertThat(first.durable()).isNotDone();
            go.release();
            first.durable().get(10, TimeUnit.SECONDS);
            assertThat(entered.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            assertThat(others).noneMatch(receipt -> receipt.durable().isDone());
            assertThat(spool.read(0, 1_000, 1 << 20).entries()).hasSize(1);
            go.release();
            others.getLast().durable().get(10, TimeUnit.SECONDS);

            assertThat(others).allMatch(receipt -> receipt.durable().isDone());
            assertThat(spool.state().syncs()).isEqualTo(2);
            go.release(10);
        }
    }

    @Test
    void appendsFromManyThreadsAreAllThereOnce() throws Exception {
        var accepted = new AtomicInteger();
        try (var spool = FileSpool.open("t", directory, LIMITS)) {
            var threads = new ArrayList<Thread>();
            for (int t = 0; t < 16; t++) {
                int of = t;
                threads.add(Thread.ofVirtual().start(() -> {
                    for (int i = 0; i < 50; i++) {
                        spool.append(entry(of * 50 + i)).durable().join();
                        accepted.incrementAndGet();
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(accepted).hasValue(800);
            assertThat(texts(spool, 0)).containsExactlyInAnyOrderElementsOf(expected(0, 800));
            assertThat(spool.state().syncs()).isLessThan(800);
        }
    }

    @Test
    void aTornTailAtEveryByteOfTheLastRecordIsCutAndNothingElse() throws Exception {
        Path original = directory.resolve("original");
        long before;
        try (var spool = FileSpool.open("t", original, LIMITS)) {
            for (int i = 0; i < 5; i++) {
                append(spool, i);
            }
            before = Files.size(onlySegment(original));
            append(spool, 5);
        }
        byte[] whole = Files.readAllBytes(onlySegment(original));
        String name = onlySegment(original).getFileName().toString();
        for (int length = (int) before; length < whole.length; length++) {
            Path torn = directory.resolve("torn-" + length);
            Files.createDirectories(torn);
            Files.write(torn.resolve(name), java.util.Arrays.copyOf(whole, length));
            try (var spool = FileSpool.open("t", torn, LIMITS)) {
                assertThat(texts(spool, 0)).isEqualTo(expected(0, 5));
                assertThat(spool.state().lostBytes()).isEqualTo(length - before);
                assertThat(append(spool, 5).number()).isEqualTo(5);
                assertThat(texts(spool, 0)).isEqualTo(expected(0, 6));
            }
        }
    }

    @Test
    void aFlippedBitAnywhereCostsNoOtherRecord() throws Exception {
        Path original = directory.resolve("original");
        var ends = new ArrayList<Long>();
        try (var spool = FileSpool.open("t", original, LIMITS)) {
            for (int i = 0; i < 8; i++) {
                append(spool, i);
                ends.add(Files.size(onlySegment(original)));
            }
        }
        byte[] whole = Files.readAllBytes(onlySegment(original));
        String name = onlySegment(original).getFileName().toString();
        var random = new Random(42);
        for (int run = 0; run < 200; run++) {
            int bit = random.nextInt(whole.length * 8);
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            int hit = 0;
            while (ends.get(hit) <= bit / 8) {
                hit++;
            }
            Path folder = directory.resolve("flip-" + run);
            Files.createDirectories(folder);
            Files.write(folder.resolve(name), flipped);
            try (var spool = FileSpool.open("t", folder, LIMITS)) {
                List<String> survivors = new ArrayList<>(expected(0, 8));
                survivors.remove(hit);
                assertThat(texts(spool, 0)).as("bit %d in record %d", bit, hit).isEqualTo(survivors);
                assertThat(spool.state().lostBytes()).isEqualTo(ends.get(hit) - (hit == 0 ? 0 : ends.get(hit - 1)));
            }
        }
    }

    @Test
    void aFullSpoolRefusesBeforeTheAcknowledgementAndRecoversAlone() throws Exception {
        try (var spool = FileSpool.open("t", directory, FileSpool.Limits.of(64 << 10, 8 << 10))) {
            int taken = 0;
            while (true) {
                try {
                    append(spool, taken);
                    taken++;
                } catch (Refusal refusal) {
                    assertThat(refusal.reason()).isEqualTo(EdgeReason.SPOOL_FULL);
                    break;
                }
            }
            assertThat(taken).isGreaterThan(500);
            assertThat(texts(spool, 0)).isEqualTo(expected(0, taken));
            assertThat(sizeOnDisk()).isLessThanOrEqualTo(64 << 10);

            spool.release(taken);

            for (int i = 0; i < 300; i++) {
                append(spool, taken + i);
            }
            assertThat(texts(spool, taken)).isEqualTo(expected(taken, taken + 300));
            assertThat(sizeOnDisk()).isLessThanOrEqualTo(64 << 10);
        }
    }

    @Test
    void aFailedFsyncTakesNothingAndTheNextWriteGoesOn() throws Exception {
        var broken = new AtomicBoolean();
        Disk.Force flaky = file -> {
            if (broken.get()) {
                throw new IOException("no space left on device");
            }
            Disk.FSYNC.force(file);
        };
        try (var spool = FileSpool.open("t", directory, LIMITS, flaky)) {
            append(spool, 0);
            broken.set(true);
            assertThatThrownBy(() -> append(spool, 1))
                    .cause()
                    .asInstanceOf(InstanceOfAssertFactories.type(Refusal.class))
                    .extracting(Refusal::reason)
                    .isEqualTo(EdgeReason.SPOOL_UNAVAILABLE);
            broken.set(false);
            append(spool, 2);
            assertThat(texts(spool, 0)).isEqualTo(List.of(text(0), text(2)));
        }
        try (var spool = FileSpool.open("t", directory, LIMITS)) {
            assertThat(texts(spool, 0)).isEqualTo(List.of(text(0), text(2)));
            assertThat(spool.state().lostBytes()).isZero();
        }
    }

    @Test
    void whatIsReleasedGoesBySegmentsAndTheNumbersGoOnAfterAReopening() throws Exception {
        var limits = FileSpool.Limits.of(1 << 20, 4 << 10);
        try (var spool = FileSpool.open("t", directory, limits)) {
            for (int i = 0; i < 400; i++) {
                append(spool, i);
            }
            spool.release(400);
            assertThat(spool.state().first()).isBetween(300L, 400L);
            assertThat(spool.state().usedBytes()).isLessThan(10 << 10);
        }
        try (var spool = FileSpool.open("t", directory, limits)) {
            assertThat(append(spool, 400).number()).isEqualTo(400);
            assertThat(texts(spool, 0)).endsWith(text(399), text(400));
        }
    }

    @Test
    void aWaitingReaderIsWokenByTheNextDurableEntry() throws Exception {
        try (var spool = FileSpool.open("t", directory, LIMITS)) {
            assertThat(spool.await(0, Duration.ofMillis(1))).isFalse();
            var started = new CountDownLatch(1);
            var woken = new AtomicBoolean();
            Thread reader = Thread.ofVirtual().start(() -> {
                started.countDown();
                try {
                    woken.set(spool.await(0, Duration.ofSeconds(10)));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            started.await();
            append(spool, 0);
            reader.join();
            assertThat(woken).isTrue();
        }
    }

    @Test
    void theIdOutlivesTheProcessUntilItIsRenamed() throws Exception {
        String id;
        try (var spool = FileSpool.open("t", directory, LIMITS)) {
            id = spool.id();
        }
        try (var spool = FileSpool.open("t", directory, LIMITS)) {
            assertThat(spool.id()).isEqualTo(id);
            spool.rename();
            assertThat(spool.id()).isNotEqualTo(id);
        }
    }

    @Test
    void aDirectoryBelongsToOneGateway() throws Exception {
        try (var held = DataDirectory.open(directory)) {
            assertThat(held.resolve("x")).isEqualTo(directory.resolve("x"));
            assertThatThrownBy(() -> DataDirectory.open(directory)).hasMessageContaining("another gateway");
        }
        DataDirectory.open(directory).close();
    }

    static SpoolEntry entry(int number) {
        return new SpoolEntry(
                SpoolEntry.Kind.SUMMARY, "node-" + number % 7, text(number).getBytes(StandardCharsets.UTF_8));
    }

    static String text(int number) {
        return "{\"sequence\":" + number + ",\"filler\":\"" + "x".repeat(number % 40) + "\"}";
    }

    static List<String> texts(Spool spool, long from) {
        var texts = new ArrayList<String>();
        long position = from;
        while (true) {
            Spool.Batch batch = spool.read(position, 100, 4_000);
            batch.entries()
                    .forEach(numbered -> texts.add(new String(numbered.entry().value(), StandardCharsets.UTF_8)));
            if (batch.next() <= position) {
                return texts;
            }
            position = batch.next();
        }
    }

    private static List<String> expected(int from, int to) {
        var texts = new ArrayList<String>();
        for (int i = from; i < to; i++) {
            texts.add(text(i));
        }
        return texts;
    }

    private static Spool.Receipt append(Spool spool, int number) throws Exception {
        var receipt = spool.append(entry(number));
        receipt.durable().get(10, TimeUnit.SECONDS);
        return receipt;
    }

    private static Path onlySegment(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(Segment::isSegment).findFirst().orElseThrow();
        }
    }

    private long sizeOnDisk() throws IOException {
        try (var files = Files.list(directory)) {
            long total = 0;
            for (Path file : files.filter(Segment::isSegment).toList()) {
                try (var open = new RandomAccessFile(file.toFile(), "r")) {
                    total += open.length();
                }
            }
            return total;
        }
    }
}
