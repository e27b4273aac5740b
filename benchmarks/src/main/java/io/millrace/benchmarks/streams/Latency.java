package io.millrace.benchmarks.streams;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How long it takes from the moment that an event was due until a consumer of committed records has what became of it, at a steady rate. The rate begins once the first events went
 * through: what is measured is a stream that runs, not one that starts.
 */
final class Latency {
    private static final Duration POLL = Duration.ofMillis(10);
    private static final int FIRST_EVENTS = 1_000;
    private static final int WARM_UP_SECONDS = 5;
    private static final Duration LAST = Duration.ofSeconds(60);
    private static final Duration START = Duration.ofSeconds(60);

    private final StreamBench bench;
    private final String name;
    private final String input;
    private final String output;
    private final Histogram lateness = new Histogram(3);

    /**
     * What was measured, in milliseconds.
     *
     * @param lateMillis how late events were sent, at the 99th percentile: part of the latencies, and the sender's own
     */
    record Result(double p50Millis, double p99Millis, double lateMillis) {}

    Latency(StreamBench bench, String name) {
        this.bench = bench;
        this.name = name;
        this.input = name + ".in";
        this.output = name + ".out";
        bench.createTopic(input);
        bench.createTopic(output);
    }

    /** Of predictions: sends {@code rate} events per second, and measures those of all seconds but the first five. */
    Result ofStream(int rate, int seconds, boolean withFeatures) {
        bench.apply(name, input, output, withFeatures);
        try {
            return measure(rate, seconds, Latency::idOfPrediction);
        } finally {
            bench.remove(name);
        }
    }

    /** The same of the copies that a copy loop makes. */
    Result ofCopies(int rate, int seconds, int pollRecords) {
        int events = FIRST_EVENTS + rate * (seconds + WARM_UP_SECONDS);
        var loop = new CopyLoop(bench.bootstrap(), () -> {});
        Thread.ofPlatform().daemon().start(() -> loop.run(name, input, output, events, pollRecords));
        return measure(rate, seconds, Latency::idOfEvent);
    }

    private Result measure(int rate, int seconds, ToIntFunction<ConsumerRecord<byte[], byte[]>> id) {
        int events = FIRST_EVENTS + rate * (seconds + WARM_UP_SECONDS);
        int counted = FIRST_EVENTS + rate * WARM_UP_SECONDS;
        var due = new AtomicLongArray(events);
        var nanos = new Histogram(3);
        List<Histogram> bySecond = new ArrayList<>();
        IntStream.range(0, seconds).forEach(_ -> bySecond.add(new Histogram(3)));
        try (var consumer = consumer()) {
            first(due);
            read(consumer, FIRST_EVENTS, START, _ -> {});
            Thread.ofPlatform().daemon().start(() -> send(rate, due));
            read(
                    consumer,
                    events - FIRST_EVENTS,
                    Duration.ofSeconds(seconds + WARM_UP_SECONDS).plus(LAST),
                    record -> {
                        int event = id.applyAsInt(record);
                        if (event >= counted) {
                            long took = Math.max(0, System.nanoTime() - due.get(event));
                            nanos.recordValue(took);
                            bySecond.get(Math.min(seconds - 1, (event - counted) / rate))
                                    .recordValue(took);
                        }
                    });
        }
        System.out.printf(
                "%s at %,d/s, p99 of each second in ms: %s%n",
                name,
                rate,
                bySecond.stream()
                        .map(second -> "%.0f".formatted(second.getValueAtPercentile(99) / 1e6))
                        .collect(Collectors.joining(" ")));
        return new Result(
                nanos.getValueAtPercentile(50) / 1e6,
                nanos.getValueAtPercentile(99) / 1e6,
                lateness.getValueAtPercentile(99) / 1e6);
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        var consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bench.bootstrap(),
                        "isolation.level",
                        "read_committed",
                        "max.poll.records",
                        10_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> all = IntStream.range(0, StreamBench.PARTITIONS)
                .mapToObj(partition -> new TopicPartition(output, partition))
                .toList();
        consumer.assign(all);
        consumer.seekToBeginning(all);
        return consumer;
    }

    private static void read(
            KafkaConsumer<byte[], byte[]> consumer,
            int records,
            Duration patience,
            Consumer<ConsumerRecord<byte[], byte[]>> take) {
        long deadline = System.nanoTime() + patience.toNanos();
        int seen = 0;
        while (seen < records) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                take.accept(record);
                seen++;
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(seen + " of " + records + " came in time");
            }
        }
    }

    private void first(AtomicLongArray due) {
        try (var producer = bench.producer()) {
            for (int id = 0; id < FIRST_EVENTS; id++) {
                due.set(id, System.nanoTime());
                producer.send(new ProducerRecord<>(input, key(id), bench.event(id, id)));
            }
        }
    }

    /** In the order of time, each at its time; where the sender is late, the wait counts. */
    private void send(int rate, AtomicLongArray due) {
        var random = new Random(2);
        long begin = System.nanoTime();
        try (var producer = bench.producer()) {
            for (int id = FIRST_EVENTS; id < due.length(); id++) {
                long at = begin + (long) ((id - FIRST_EVENTS) * 1e9 / rate);
                long now = System.nanoTime();
                while (now < at) {
                    LockSupport.parkNanos(500_000);
                    now = System.nanoTime();
                }
                if (id >= FIRST_EVENTS + rate * WARM_UP_SECONDS) {
                    lateness.recordValue(now - at);
                }
                due.set(id, at);
                int user = random.nextInt(StreamBench.USERS);
                producer.send(new ProducerRecord<>(input, key(user), bench.event(id, user)));
            }
        }
    }

    private static byte[] key(int user) {
        return Integer.toString(user).getBytes(StandardCharsets.UTF_8);
    }

    private static int idOfPrediction(ConsumerRecord<byte[], byte[]> record) {
        return Integer.parseInt(new String(record.key(), StandardCharsets.UTF_8));
    }

    /** An event begins with {@code {"id":"}, its id and a quotation mark. */
    private static int idOfEvent(ConsumerRecord<byte[], byte[]> record) {
        int id = 0;
        for (int at = "{\"id\":\"".length(); record.value()[at] != '"'; at++) {
            id = id * 10 + record.value()[at] - '0';
        }
        return id;
    }
}
