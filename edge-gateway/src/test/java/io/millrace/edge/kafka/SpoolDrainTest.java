package io.millrace.edge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.backing.KafkaBroker;
import io.millrace.backing.ManagedProcess;
import io.millrace.edge.app.Retention;
import io.millrace.edge.app.Spool;
import io.millrace.edge.app.SpoolEntry;
import io.millrace.edge.store.FileSpool;
import io.millrace.edge.telemetry.EdgeMetrics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolDrainTest {
    private static final FileSpool.Limits LIMITS = FileSpool.Limits.of(64 << 20, 64 << 10);
    private static final SpoolDrain.Bounds BOUNDS =
            new SpoolDrain.Bounds(50, 1 << 20, Duration.ofMillis(50), Duration.ofMillis(200));

    @TempDir
    static Path brokerDirectory;

    private static KafkaBroker broker;

    @TempDir
    Path directory;

    @BeforeAll
    static void startBroker() {
        broker = KafkaBroker.start(brokerDirectory);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void eachEntryIsInKafkaOnceAndInOrderPerNodeWhateverKillsTheDrainer() throws Exception {
        int entries = 6_000;
        String id;
        try (var spool = FileSpool.open("t", directory, LIMITS)) {
            id = spool.id();
            append(spool, "kill", 0, entries);
        }
        for (int seen = 0, round = 1; round <= 3; round++) {
            var child = ManagedProcess.start(
                    "drainer",
                    List.of(
                            ManagedProcess.java(),
                            "-Xmx256m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Drainer.class.getName(),
                            directory.toString(),
                            broker.bootstrapServers()),
                    Map.of(),
                    brokerDirectory.resolve("drainer.log"));
            int from = seen;
            Awaitility.await()
                    .atMost(90, TimeUnit.SECONDS)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        assertThat(child.isAlive()).as(child.logTail(20)).isTrue();
                        return committed(id) > from + 300;
                    });
            child.kill();
            seen = (int) committed(id);
            assertThat(seen).as("the drainer was killed in the middle").isLessThan(entries);
        }
        try (var spool = FileSpool.open("t", directory, LIMITS);
                var drain = drain(spool)) {
            drain.start();
            Awaitility.await().atMost(90, TimeUnit.SECONDS).until(() -> drain.position() == entries);
        }
        assertInKafkaOnceInOrder("kill", entries);
    }

    @Test
    void aBrokerThatIsKilledHoldsUpTheDrainAndNothingElse() throws Exception {
        try (var spool = FileSpool.open("t", directory, LIMITS)) {
            var retention = new Retention(spool);
            try (var drain = new SpoolDrain(broker.bootstrapServers(), spool, retention, metrics(), BOUNDS)) {
                drain.start();
                append(spool, "outage", 0, 500);
                Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> drain.position() > 0);
                broker.kill();
                append(spool, "outage", 500, 3_000);
                Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> drain.failure()
                        .isPresent());
                assertThat(spool.state().durableEnd()).isEqualTo(3_000);

                broker.restart();
                Awaitility.await().atMost(90, TimeUnit.SECONDS).until(() -> drain.position() == 3_000);

                assertThat(drain.failure()).isEmpty();
            }
        }
        assertInKafkaOnceInOrder("outage", 3_000);
    }

    @Test
    void aDiskThatLostEntriesWhichKafkaHasGetsANewIdSoThatNothingNewIsPassedOver() throws Exception {
        String id;
        try (var spool = FileSpool.open("t", directory, LIMITS);
                var drain = drain(spool)) {
            id = spool.id();
            append(spool, "before", 0, 100);
            drain.start();
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> drain.position() == 100);
        }
        try (var files = java.nio.file.Files.list(directory)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".spool1")).toList()) {
                java.nio.file.Files.delete(file);
            }
        }
        try (var spool = FileSpool.open("t", directory, LIMITS);
                var drain = drain(spool)) {
            append(spool, "after", 0, 10);
            drain.start();
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> drain.position() == 10);
            assertThat(spool.id()).isNotEqualTo(id);
        }
        assertInKafkaOnceInOrder("after", 10);
    }

    @Test
    void anAggregateOfTenThousandNodesPasses() throws Exception {
        var value = ("{\"node_data\":[" + "{\"id\":\"node\",\"status\":\"success\"},".repeat(100_000) + "0]}")
                .getBytes(StandardCharsets.UTF_8);
        try (var spool = FileSpool.open("t", directory, LIMITS);
                var drain = drain(spool)) {
            spool.append(new SpoolEntry(SpoolEntry.Kind.AGGREGATE, "aggregate", value))
                    .durable()
                    .get(10, TimeUnit.SECONDS);
            drain.start();
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> drain.position() == 1);
        }
        assertThat(read(EdgeTopics.AGGREGATES))
                .anyMatch(record -> record.value().length() == value.length);
    }

    /** Drains a spool until it is killed; slowly, so that there is a middle. */
    static final class Drainer {
        private Drainer() {}

        public static void main(String[] arguments) throws Exception {
            var spool = FileSpool.open("child", Path.of(arguments[0]), LIMITS);
            var bounds = new SpoolDrain.Bounds(20, 1 << 20, Duration.ofMillis(50), Duration.ofMillis(200));
            var drain = new SpoolDrain(arguments[1], spool, new Retention(spool), metrics(), bounds);
            drain.start();
            Thread.currentThread().join();
        }
    }

    private static SpoolDrain drain(Spool spool) {
        return new SpoolDrain(broker.bootstrapServers(), spool, new Retention(spool), metrics(), BOUNDS);
    }

    private static EdgeMetrics metrics() {
        return new EdgeMetrics(new SimpleMeterRegistry());
    }

    private static void append(Spool spool, String run, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            String node = run + "-" + i % 5;
            spool.append(
                    new SpoolEntry(SpoolEntry.Kind.SUMMARY, node, (run + ":" + i).getBytes(StandardCharsets.UTF_8)));
        }
        spool.flushed().get(30, TimeUnit.SECONDS);
    }

    private static void assertInKafkaOnceInOrder(String run, int entries) {
        var perNode = new HashMap<String, List<Integer>>();
        for (ConsumerRecord<String, String> record : read(EdgeTopics.SUMMARIES)) {
            if (record.value().startsWith(run + ":")) {
                int number = Integer.parseInt(record.value().substring(run.length() + 1));
                perNode.computeIfAbsent(record.key(), node -> new ArrayList<>()).add(number);
            }
        }
        for (int node = 0; node < 5; node++) {
            var expected = new ArrayList<Integer>();
            for (int i = node; i < entries; i += 5) {
                expected.add(i);
            }
            assertThat(perNode.get(run + "-" + node)).isEqualTo(expected);
        }
    }

    private static long committed(String spool) {
        try (var consumer = consumer()) {
            if (!consumer.listTopics().containsKey(EdgeTopics.CURSOR)) {
                return 0;
            }
            var partition = new TopicPartition(EdgeTopics.CURSOR, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long next = 0;
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(50))) {
                    if (record.key().equals(spool)) {
                        next = Long.parseLong(record.value().replaceAll("\\D", ""));
                    }
                }
            }
            return next;
        }
    }

    private static List<ConsumerRecord<String, String>> read(String topic) {
        var records = new ArrayList<ConsumerRecord<String, String>>();
        try (var consumer = consumer()) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    private static KafkaConsumer<String, String> consumer() {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "enable.auto.commit",
                false,
                "auto.offset.reset",
                "earliest",
                "max.partition.fetch.bytes",
                64 << 20,
                "fetch.max.bytes",
                64 << 20);
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }
}
