package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.telemetry.FeatureMetrics;
import io.quarkus.runtime.ShutdownEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Loops of views and feeds over topics of the tests' broker, all stopped at the end. */
final class TestLoops implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    final FeaturesConfig config = TestConfig.fast();
    private final KafkaClients clients = new KafkaClients(Map.of("bootstrap.servers", TestBroker.bootstrap()), config);
    final Topics topics = new Topics(clients, config);
    private final SourceEnds ends = new SourceEnds(topics);
    private final List<ViewIngestion> loops = new ArrayList<>();
    private final List<SourceLoop> feeds = new ArrayList<>();

    ViewIngestion start(FeatureView view, String topic, OnlineStore into, Supplier<RecordReader> reader) {
        return start(view, topic, into, reader, false);
    }

    /** @param shared whether the partitions are shared with other loops of the view */
    ViewIngestion start(
            FeatureView view, String topic, OnlineStore into, Supplier<RecordReader> reader, boolean shared) {
        String group = ViewIngestion.group(view.id());
        String id = group + (shared ? UUID.randomUUID() : "");
        var loop = new ViewIngestion(
                view,
                new ViewIngestion.Wiring(
                        wiring(topic, group, shared),
                        into,
                        reader,
                        () -> new DeadLetters(clients, topics, id, view.id().toString()),
                        config.ingestion().commitInterval(),
                        new Counts(new FeatureMetrics(new SimpleMeterRegistry()))));
        loops.add(loop);
        loop.start();
        return loop;
    }

    /** Starts a loop that feeds something else than an online store. */
    SourceLoop feed(String name, String topic, String group, boolean shared, SourceLoop.Taker taker) {
        var loop = new SourceLoop(name, wiring(topic, group, shared), taker);
        feeds.add(loop);
        loop.start();
        return loop;
    }

    private SourceLoop.Wiring wiring(String topic, String group, boolean shared) {
        return new SourceLoop.Wiring(
                clients,
                topics,
                topic,
                group,
                shared,
                () -> {},
                config.ingestion().minBackoff(),
                config.ingestion().maxBackoff(),
                _ -> {});
    }

    /** Behind the last record that is in the topic now. */
    Map<SourcePartition, Long> ends(String topic) throws Exception {
        return ends.of(topic).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Waits until everything that is in the topic now has been applied. */
    void awaitCaughtUp(ViewIngestion loop, String topic) throws Exception {
        assertThat(loop.progress().reached(ends(topic), PATIENCE).get()).isTrue();
    }

    @Override
    public void close() {
        loops.forEach(ViewIngestion::stop);
        feeds.forEach(SourceLoop::stop);
        topics.stop(new ShutdownEvent());
    }
}
