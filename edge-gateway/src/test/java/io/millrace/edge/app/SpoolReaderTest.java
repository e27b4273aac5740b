package io.millrace.edge.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class SpoolReaderTest {
    private static final SpoolReader.Waits SHORT = new SpoolReader.Waits(Duration.ofMillis(1), Duration.ofMillis(5));
    private static final SpoolReader.Waits LONG = new SpoolReader.Waits(Duration.ofDays(1), Duration.ofDays(1));

    private final MemorySpool spool = new MemorySpool();
    private final List<Long> read = new CopyOnWriteArrayList<>();

    @Test
    void aSessionThatFailsIsBegunAgainUntilAllIsDelivered() {
        append(3);
        var sessions = new AtomicInteger();
        try (var reader = reader(SHORT, open -> {
            open.begin(read.size());
            switch (sessions.incrementAndGet()) {
                case 1 -> throw new UndeliveredException("away");
                case 2 -> throw new IllegalStateException("a bug");
                case 3 -> throw new UndeliveredException("refused", Duration.ofMillis(1));
                default -> take(open);
            }
        })) {
            reader.start();
            Awaitility.await().until(() -> reader.position() == 3);
            append(1);
            Awaitility.await().until(() -> reader.position() == 4);

            assertThat(read).containsExactly(0L, 1L, 2L, 3L);
            assertThat(reader.failure()).isEmpty();
            assertThat(sessions).hasValue(4);
        }
    }

    @Test
    void aFailureIsSaidUntilSomethingIsDelivered() {
        append(1);
        try (var reader = reader(LONG, open -> {
            throw new UndeliveredException("away");
        })) {
            assertThat(reader.failure()).contains("not connected yet");
            reader.start();
            Awaitility.await().until(() -> reader.failure().equals(Optional.of("away")));
            assertThat(reader.position()).isZero();
        }
    }

    @Test
    void closeEndsASessionThatWaits() {
        var waiting = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var reader = reader(LONG, open -> {
            try {
                waiting.countDown();
                open.await();
            } finally {
                ended.countDown();
            }
        });
        reader.start();
        Awaitility.await().until(() -> waiting.getCount() == 0);

        reader.close();

        assertThat(ended.getCount()).isZero();
    }

    private void take(SpoolReader open) throws InterruptedException {
        while (open.await()) {
            Spool.Batch batch = spool.read(open.position(), 2, Long.MAX_VALUE);
            batch.entries().forEach(entry -> read.add(entry.number()));
            open.delivered(batch.next());
        }
    }

    private SpoolReader reader(SpoolReader.Waits waits, SpoolReader.Session session) {
        return new SpoolReader("test-reader", spool, Optional.of("not connected yet"), waits, session);
    }

    private void append(int entries) {
        for (int i = 0; i < entries; i++) {
            spool.append(new SpoolEntry(SpoolEntry.Kind.SUMMARY, "n", new byte[] {1}));
        }
    }
}
