package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.features.app.Rebuilds.RebuildProgress;
import io.millrace.features.app.Views;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.store.RocksDbOnlineStore;
import io.millrace.features.store.RocksDbSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random faults of the embedded store while events come, for as long as is asked for: {@code mvn -pl feature-service test -Dtest=StoreCampaign -Dseed=42 -Dminutes=10}. After each fault the features
 * are those of a recount.
 */
class StoreCampaign {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final long seed = Long.getLong("seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private final Recount recount = new Recount(seed);
    private final String topic = "campaign-" + UUID.randomUUID();
    private final FeatureView view = Views.view(Views.activity("v" + Math.abs(topic.hashCode()), "v1", topic));

    @Test
    void everyFaultEndsInTheFeaturesOfARecount() throws IOException {
        long until = System.nanoTime()
                + Duration.ofMinutes(Long.getLong("minutes", 1)).toNanos();
        TestBroker.ensureTopic(KafkaDefinitions.TOPIC, 1);
        TestBroker.createTopic(topic, 3);
        int rounds = 0;
        while (System.nanoTime() < until) {
            System.out.println("seed " + seed + ", round " + rounds++);
            try (RocksDbOnlineStore store = open();
                    Replica replica = new Replica(store, false, TestBroker.bootstrap(), view)) {
                for (int i = 0; i < 3; i++) {
                    produce();
                    if (random.nextBoolean()) {
                        awaitRecount(store);
                    }
                    switch (random.nextInt(3)) {
                        case 0 -> store.withhold(view.id(), "the campaign says so");
                        case 1 -> {
                            awaitRecount(store);
                            replica.ingestions.rebuild(view, RebuildProgress.UNHEARD);
                        }
                        default -> produce();
                    }
                }
                awaitRecount(store);
            }
            if (random.nextInt(3) == 0) {
                damage();
            }
        }
        List<String> dead = TestBroker.records(topic + ".dlq").stream()
                .map(record -> TestBroker.header(record, "millrace.source-partition") + ":"
                        + TestBroker.header(record, "millrace.source-offset"))
                .toList();
        assertThat(dead).hasSize((int) recount.poison()).doesNotHaveDuplicates();
    }

    private RocksDbOnlineStore open() {
        return new RocksDbOnlineStore(
                folder.resolve("store"), RocksDbSettings.DEFAULT, Duration.ofSeconds(10), InstantSource.system());
    }

    private void produce() {
        TestBroker.produceQuickly(topic, random.nextInt(3), recount.batch(1 + random.nextInt(400), true));
    }

    private void awaitRecount(RocksDbOnlineStore store) {
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> recount.assertEquals(store, view));
    }

    /** Flips a byte of a file, or cuts it. */
    private void damage() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder.resolve("store"))) {
            files = all.filter(file -> file.toFile().length() > 16
                            && !file.getFileName().toString().startsWith("LOG")
                            && !file.getFileName().toString().equals("millrace.lock"))
                    .sorted()
                    .toList();
        }
        Path file = files.get(random.nextInt(files.size()));
        byte[] bytes = Files.readAllBytes(file);
        int at = random.nextInt(bytes.length);
        System.out.println("damaged: " + file.getFileName() + " of " + bytes.length + " bytes at " + at);
        if (random.nextBoolean()) {
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, bytes);
        } else {
            Files.write(file, java.util.Arrays.copyOf(bytes, at));
        }
    }
}
