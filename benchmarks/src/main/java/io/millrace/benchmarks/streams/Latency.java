package io.millrace.benchmarks.streams;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** How long it takes from the moment that an event was due until a consumer of committed records has its prediction, at a steady rate. */
final class Latency {
    private static final Duration POLL = Duration.ofMillis(10);
    private static final int WARM_UP_SECONDS = 5;
    private static final Duration LAST = Duration.ofSeconds(60);

    private final StreamBench bench;
    private final String name;
    private final boolean withFeatures;

    /** What was measured, in milliseconds. */
    record Result(double p50Millis, double p99Millis) {}

    Latency(StreamBench bench, String name, boolean withFeatures) {
        this.bench = bench;
        this.name = name;
        this.withFeatures = withFeatures;
    }

    /** Sends {@code rate} events per second, and measures those of all seconds but the first five. */
    Result at(int rate, int seconds) {
        String input = name + ".in";
        String output = name + ".out";
        bench.createTopic(input);
        bench.createTopic(output);
        bench.apply(name, input, output, withFeatures);
        int events = rate * (seconds + WARM_UP_SECONDS);
        var due = new AtomicLongArray(events);
        Thread.ofPlatform().daemon().start(() -> send(input, rate, due));
        var nanos = new Histogram(3);
        try (var consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bench.bootstrap(),
                        "isolation.level",
                        "read_committed",
                        "max.poll.records",
                        10_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> all = IntStream.range(0, StreamBench.PARTITIONS)
                    .mapToObj(partition -> new TopicPartition(output, partition))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            int seen = 0;
            long deadline = System.nanoTime()
                    + Duration.ofSeconds(seconds + WARM_UP_SECONDS).plus(LAST).toNanos();
            while (seen < events) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    int id = Integer.parseInt(new String(record.key(), StandardCharsets.UTF_8));
                    if (id >= rate * WARM_UP_SECONDS) {
                        nanos.recordValue(Math.max(0, System.nanoTime() - due.get(id)));
                    }
                    seen++;
                }
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(seen + " predictions of " + events + " events came in time");
                }
            }
        }
        bench.remove(name);
        return new Result(nanos.getValueAtPercentile(50) / 1e6, nanos.getValueAtPercentile(99) / 1e6);
    }

    /** In the order of time, each at its time; where the sender is late, the wait counts. */
    private void send(String input, int rate, AtomicLongArray due) {
        var random = new Random(2);
        long begin = System.nanoTime();
        try (var producer = bench.producer()) {
            for (int id = 0; id < due.length(); id++) {
                long at = begin + (long) (id * 1e9 / rate);
                while (System.nanoTime() < at) {
                    LockSupport.parkNanos(500_000);
                }
                due.set(id, at);
                int user = random.nextInt(StreamBench.USERS);
                producer.send(new ProducerRecord<>(
                        input, Integer.toString(user).getBytes(StandardCharsets.UTF_8), bench.event(id, user)));
            }
        }
    }
}
