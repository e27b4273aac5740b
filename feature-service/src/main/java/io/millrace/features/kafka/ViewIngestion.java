package io.millrace.features.kafka;

import io.millrace.features.app.OnlineStore;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Applies the events of one view version to the online store, from start to stop. */
final class ViewIngestion implements SourceLoop.Taker, PerView.Running {
    private final FeatureView view;
    private final Wiring wiring;
    private final Progress progress = new Progress();
    private final SourceLoop loop;

    /**
     * What an ingestion works with.
     *
     * @param reader makes a new reader for each life of the consumer
     */
    record Wiring(
            SourceLoop.Wiring loop,
            OnlineStore store,
            Supplier<RecordReader> reader,
            Supplier<DeadLetters> deadLetters,
            Duration commitInterval,
            Counts counts) {}

    ViewIngestion(FeatureView view, Wiring wiring) {
        this.view = view;
        this.wiring = wiring;
        this.loop = new SourceLoop("ingest-" + view.id(), wiring.loop(), this);
    }

    /** {@code millrace.feature-service.<view>.<version>}. */
    static String group(ViewId view) {
        return "millrace.feature-service." + view.name() + "." + view.version();
    }

    void start() {
        loop.start();
    }

    /** Ends behind the batch that is being applied; see {@link SourceLoop#stop}. */
    @Override
    public boolean stop() {
        return loop.stop();
    }

    @Override
    public FeatureView view() {
        return view;
    }

    String topic() {
        return loop.topic();
    }

    Progress progress() {
        return progress;
    }

    Counts counts() {
        return wiring.counts();
    }

    SourceLoop.Condition condition() {
        return loop.condition();
    }

    @Override
    public SourceLoop.Taking take(TopicInfo topic, KafkaConsumer<byte[], byte[]> consumer) {
        return new Consumption(
                view,
                topic,
                consumer,
                wiring.store(),
                wiring.reader().get(),
                wiring.deadLetters().get(),
                progress,
                wiring.counts(),
                wiring.commitInterval());
    }
}
