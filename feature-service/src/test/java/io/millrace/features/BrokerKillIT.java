package io.millrace.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.backing.KafkaBroker;
import io.millrace.features.app.Views;
import io.millrace.features.kafka.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of the broker, then a rolling restart of everything, while events come: each event counts once, each dead letter is there once. */
class BrokerKillIT {
    private static final String TOPIC = "broken.activity";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    @Test
    void theBrokersDeathAndARollingRestartChangeNoFeature() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("events and kills of the broker from seed " + seed);
        var random = new Random(seed);
        var tally = new Tally(seed);
        try (KafkaBroker broker = KafkaBroker.start(folder.resolve("kafka"))) {
            TestBroker.using(broker.bootstrapServers(), () -> rolling(broker, tally, random));
        }
    }

    private void rolling(KafkaBroker broker, Tally tally, Random random) {
        TestBroker.createTopic(TOPIC, 3);
        var over = new AtomicBoolean();
        try (var service = new PackagedService(folder)) {
            service.awaitReady();
            service.apply(Views.activity("broken_activity", "v1", TOPIC));
            Thread producer = Thread.startVirtualThread(() -> {
                for (int batch = 0; !over.get(); batch++) {
                    TestBroker.produceQuickly(TOPIC, batch % 3, tally.batch(50));
                }
            });
            awaitMore(200);

            pause(random);
            broker.kill();
            broker.restart();
            awaitMore(200);
            pause(random);
            broker.kill();
            broker.restart();
            awaitMore(200);

            assertThat(service.terminate()).isIn(0, 143);
            service.start();
            broker.process().stop(Duration.ofSeconds(20));
            broker.restart();
            service.awaitReady();
            awaitMore(200);
            over.set(true);
            await().atMost(PATIENCE).until(() -> !producer.isAlive());

            tally.assertServedBy(service, "broken_activity");
            assertThat(TestBroker.records(TOPIC + ".dlq").stream()
                            .map(record -> TestBroker.header(record, "millrace.source-partition") + ":"
                                    + TestBroker.header(record, "millrace.source-offset")))
                    .hasSize(tally.poison())
                    .doesNotHaveDuplicates();
        }
    }

    private static void awaitMore(long records) {
        long before = size();
        await().atMost(PATIENCE).until(() -> size() > before + records);
    }

    private static long size() {
        return TestBroker.size(TOPIC);
    }

    private static void pause(Random random) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(500)));
    }
}
