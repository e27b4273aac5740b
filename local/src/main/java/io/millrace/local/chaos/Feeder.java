package io.millrace.local.chaos;

import io.millrace.local.platform.CommandFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Sends events at a steady rate, on a thread of its own, until it is closed. What they say is drawn from a seed; their times rise. */
final class Feeder implements AutoCloseable {
    private static final int USERS = 40;
    private static final int EVENTS_OF_A_GENERATION = 10_000;

    private final KafkaProducer<byte[], byte[]> producer;
    private final int rate;
    private final Random random;
    private final InstantSource clock;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLongArray lastOffsets = new AtomicLongArray(Definitions.PARTITIONS);
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final AtomicInteger hot = new AtomicInteger();
    private final AtomicInteger poison = new AtomicInteger();
    private final AtomicInteger hotNames = new AtomicInteger();
    private final Thread thread;
    private volatile boolean closed;
    private long sent;
    private long lastMicros;

    /** @param rate events per second */
    Feeder(String bootstrapServers, long seed, int rate, InstantSource clock) {
        this.rate = rate;
        this.random = new Random(seed);
        this.clock = clock;
        for (int partition = 0; partition < Definitions.PARTITIONS; partition++) {
            lastOffsets.set(partition, -1);
        }
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "acks", "all",
                        "linger.ms", 5,
                        "request.timeout.ms", 5_000,
                        "delivery.timeout.ms", 600_000,
                        "max.block.ms", 600_000,
                        "metadata.max.age.ms", 5_000),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.thread = Thread.ofPlatform().daemon().name("chaos-feeder").start(this::run);
    }

    /** Events that the broker has. */
    long acknowledged() {
        return acknowledged.get();
    }

    /** The offset of the last event of each partition that the broker has. */
    long[] lastOffsets() {
        var offsets = new long[Definitions.PARTITIONS];
        Arrays.setAll(offsets, lastOffsets::get);
        return offsets;
    }

    /** From now on nine tenths of the events are of one user that was not there before. */
    void heat() {
        hotNames.incrementAndGet();
        hot.incrementAndGet();
    }

    void cool() {
        hot.decrementAndGet();
    }

    /** From now on every other event cannot be read. */
    void poison() {
        poison.incrementAndGet();
    }

    void purify() {
        poison.decrementAndGet();
    }

    /** @throws CommandFailure where Kafka did not take an event */
    void throwIfFailed() {
        Exception error = failure.get();
        if (error != null) {
            throw CommandFailure.failed("Kafka did not take an event: " + error.getMessage());
        }
    }

    /** Ends the load and returns once the broker has all events. */
    void finish() {
        closed = true;
        try {
            thread.join(Duration.ofMinutes(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted");
        }
        producer.flush();
        throwIfFailed();
    }

    @Override
    public void close() {
        closed = true;
        producer.close(Duration.ZERO);
    }

    private void run() {
        long begin = System.nanoTime();
        long due = 0;
        while (!closed) {
            long now = (long) ((System.nanoTime() - begin) / 1e9 * rate);
            // After a pause of this machine or of the broker the rate goes on; what was missed is not made up for at
            // once.
            due = Math.max(due, now - rate);
            while (due < now && !closed) {
                send();
                due++;
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    private void send() {
        String user = hot.get() > 0 && random.nextInt(10) > 0
                ? "hot-" + hotNames.get()
                : "u" + sent / EVENTS_OF_A_GENERATION + "-" + random.nextInt(USERS);
        boolean faulty = poison.get() > 0 ? random.nextBoolean() : random.nextInt(200) == 0;
        String value = faulty ? poison(user) : event(user);
        producer.send(
                new ProducerRecord<>(
                        Definitions.INPUT,
                        user.getBytes(StandardCharsets.UTF_8),
                        value == null ? null : value.getBytes(StandardCharsets.UTF_8)),
                (metadata, error) -> {
                    if (error != null) {
                        failure.compareAndSet(null, error);
                    } else {
                        acknowledged.incrementAndGet();
                        lastOffsets.set(metadata.partition(), metadata.offset());
                    }
                });
        sent++;
    }

    private String event(String user) {
        lastMicros = Math.max(lastMicros + 1, clock.millis() * 1_000);
        return "{\"user\":\"" + user + "\",\"at\":" + lastMicros + ",\"n\":" + sent + "}";
    }

    private @Nullable String poison(String user) {
        return switch (random.nextInt(4)) {
            case 0 -> null;
            case 1 -> "{\"user\":\"" + user + "\",\"n\":" + sent;
            case 2 -> "{\"user\":\"" + user + "\",\"n\":" + sent + "}";
            default -> "{\"n\":" + sent + ",\"at\":" + Math.max(lastMicros, 1) + "}";
        };
    }
}
