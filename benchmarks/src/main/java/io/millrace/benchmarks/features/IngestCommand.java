package io.millrace.benchmarks.features;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.benchmarks.features.Bench.Event;
import io.millrace.benchmarks.load.Figure;
import io.millrace.benchmarks.load.Figure.Goal;
import io.millrace.benchmarks.load.Rounds;
import io.millrace.benchmarks.load.Table;
import io.millrace.benchmarks.load.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Ingestion into three windowed aggregates beside a consumer that only decodes, and the bytes that it leaves on disk. */
@Command(
        name = "ingest",
        description =
                "1 M events into three windowed aggregates: events/s beside a plain consumer that only decodes them;"
                        + " processor time per event; bytes on disk per entity and feature. Both are warmed by the"
                        + " same once; the floor begins when the offline store has taken what the service took")
public final class IngestCommand implements Callable<Integer> {
    private static final String TOPIC = "bench.ingest";
    private static final List<String> AGGREGATES = List.of(
            "name: n_1h, type: int64, aggregate: count, window: 1h",
            "name: mean_24h, type: double, aggregate: mean, field: amount, window: 24h",
            "name: max_7d, type: double, aggregate: max, field: amount, window: 7d");
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration OFFLINE = Duration.ofMinutes(10);
    private static final long LOOK_NANOS = 1_000_000_000;

    @Option(names = "--events", defaultValue = "1000000", description = "events (default ${DEFAULT-VALUE})")
    private int events;

    @Option(names = "--entities", defaultValue = "10000", description = "entities (default ${DEFAULT-VALUE})")
    private int entities;

    @Option(names = "--rounds", defaultValue = "3", description = "paired rounds (default ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--partitions", defaultValue = "4", description = "partitions (default ${DEFAULT-VALUE})")
    private int partitions;

    private final AtomicInteger views = new AtomicInteger();
    private final List<Double> cpu = new ArrayList<>();
    private final List<Double> cpuWithOffline = new ArrayList<>();
    private final List<Double> cpuOfFloor = new ArrayList<>();

    @Override
    public Integer call() {
        var figures = new ArrayList<Figure>();
        try (var bench = new Bench(Map.of())) {
            bench.createTopic(TOPIC, partitions);
            bench.produce(TOPIC, stream());
            ingest(bench);
            decode(bench);
            cpu.clear();
            cpuWithOffline.clear();
            cpuOfFloor.clear();
            figures.add(Rounds.paired(
                    "ingestion into 3 windowed aggregates",
                    "events/s",
                    rounds,
                    Goal.atLeast(0.5),
                    () -> ingest(bench),
                    () -> decode(bench)));
            figures.add(new Figure("processor time until all are applied", "us/event", cpu, cpuOfFloor, null));
            figures.add(new Figure(
                    "processor time until the offline store has them, too",
                    "us/event",
                    cpuWithOffline,
                    cpuOfFloor,
                    null));
            double cells = (double) entities * AGGREGATES.size() * views.get();
            figures.add(Figure.alone(
                    "bytes on disk, " + events / entities + " events of each entity",
                    "B/(entity x feature)",
                    List.of(bench.storeBytes() / cells)));
        }
        System.out.print(Table.of(figures));
        return figures.stream().allMatch(Figure::isMet) ? 0 : 1;
    }

    /** Events of the last hours, in the order of time. */
    private Stream<Event> stream() {
        long last = InstantSource.system().instant().getEpochSecond() * 1_000_000;
        var random = new Random(1);
        return IntStream.range(0, events).mapToObj(i -> {
            int user = random.nextInt(entities);
            return new Event(
                    Integer.toString(user),
                    "{\"user\":" + user + ",\"at\":" + (last - (events - i) * 10_000L) + ",\"amount\":"
                            + random.nextInt(100_000) / 100.0 + "}");
        });
    }

    /** A new view over all that is in the topic: events per second until all are applied. */
    private double ingest(Bench bench) {
        String view = "ingest_" + views.incrementAndGet();
        double cpuBefore = bench.service().cpuNanos();
        long begin = System.nanoTime();
        bench.apply(BenchView.yaml(view, TOPIC, List.of("amount: double"), AGGREGATES));
        bench.awaitApplied(view, events);
        double rate = events / ((System.nanoTime() - begin) / 1e9);
        cpu.add((bench.service().cpuNanos() - cpuBefore) / 1e3 / events);
        Waiting.until(() -> bench.service().metric("millrace_features_offline_lag_max") == 0, OFFLINE, LOOK_NANOS);
        cpuWithOffline.add((bench.service().cpuNanos() - cpuBefore) / 1e3 / events);
        return rate;
    }

    /** Events per second of a consumer, without its end: closing waits for the fetch that is under way, half a second in which nothing is read. */
    private double decode(Bench bench) {
        var json = new ObjectMapper();
        double cpuBefore = ServerProcess.cpuNanosOfThis();
        long begin = System.nanoTime();
        long seen = 0;
        double rate;
        try (var consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", bench.bootstrap(),
                        "isolation.level", "read_committed",
                        "max.poll.records", "2000",
                        "max.partition.fetch.bytes", "4194304"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> all = IntStream.range(0, partitions)
                    .mapToObj(partition -> new TopicPartition(TOPIC, partition))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            while (seen < events) {
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(POLL)) {
                    seen += json.readTree(each.value()).size() > 0 ? 1 : 0;
                }
            }
            rate = seen / ((System.nanoTime() - begin) / 1e9);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cpuOfFloor.add((ServerProcess.cpuNanosOfThis() - cpuBefore) / 1e3 / seen);
        return rate;
    }
}
