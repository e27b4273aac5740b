package io.millrace.features.kafka;

import io.millrace.features.app.DurableStore;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.Rebuilds.RebuildProgress;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.gate.Refusal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/** Builds the state of a view that is served once more, beside it, and takes its place. Dead letters are left to the loop of the served state. Used once, by one thread. */
final class ViewRebuild {
    private static final Logger LOG = Logger.getLogger(ViewRebuild.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final FeatureView view;
    private final ViewIngestion.Wiring wiring;
    private final DurableStore store;
    private final OnlineStore beside;
    private final Preload preload;
    private final RebuildProgress told;

    ViewRebuild(
            FeatureView view,
            ViewIngestion.Wiring wiring,
            DurableStore store,
            OnlineStore beside,
            Preload preload,
            RebuildProgress told) {
        this.view = view;
        this.wiring = wiring;
        this.store = store;
        this.beside = beside;
        this.preload = preload;
        this.told = told;
    }

    void run() {
        String group = ViewIngestion.group(view.id()) + ".rebuild";
        try (KafkaConsumer<byte[], byte[]> consumer = wiring.loop().clients().consumer(group)) {
            TopicInfo topic = topic();
            beside.drop(view.id());
            if (isNeeded(topic, consumer)) {
                told.phase("rows of the offline store");
                preload.fill(beside, view, told);
            }
            told.phase("records of " + topic.name());
            consume(topic, consumer);
        } catch (RuntimeException e) {
            abandon();
            throw e;
        } finally {
            wiring.loop().topics().forgetGroup(group);
        }
    }

    private TopicInfo topic() {
        wiring.loop().topics().watch(wiring.loop().topic());
        try {
            long deadline = System.nanoTime() + 10_000_000_000L;
            while (System.nanoTime() < deadline) {
                if (wiring.loop().topics().lastSeen(wiring.loop().topic())
                        instanceof Topics.Seen.Present(TopicInfo topic)) {
                    return topic;
                }
                told.checkCancelled();
                LockSupport.parkNanos(20_000_000);
            }
            throw new StoreUnavailableException(
                    "Kafka does not say anything about the topic "
                            + wiring.loop().topic(),
                    null);
        } finally {
            wiring.loop().topics().unwatch(wiring.loop().topic());
        }
    }

    /**
     * Whether Kafka no longer has records that the served state has seen.
     *
     * @throws Refusal where the offline store does not have them either
     */
    private boolean isNeeded(TopicInfo topic, KafkaConsumer<byte[], byte[]> consumer) {
        Map<TopicPartition, Long> first = consumer.beginningOffsets(topic.topicPartitions());
        Map<SourcePartition, Long> kept = preload.positions(view);
        boolean needed = false;
        for (var beginning : first.entrySet()) {
            SourcePartition source = topic.source(beginning.getKey().partition());
            boolean isGone = beginning.getValue() > 0;
            if (isGone && kept.getOrDefault(source, 0L) < beginning.getValue()) {
                throw new Refusal(
                        FeatureReason.RECORDS_GONE,
                        "records of " + topic.name() + " below offset " + beginning.getValue() + " of partition "
                                + source.partition()
                                + " are gone, and the offline store does not have them; a new state would lack them");
            }
            needed |= isGone;
        }
        return needed;
    }

    private void consume(TopicInfo topic, KafkaConsumer<byte[], byte[]> consumer) {
        var progress = new Progress();
        long gone = sum(consumer.beginningOffsets(topic.topicPartitions()));
        try (var state = state(topic, consumer, progress)) {
            consumer.assign(topic.topicPartitions());
            state.begin(topic.topicPartitions());
            long applied;
            long behind;
            do {
                state.turn(consumer.poll(POLL));
                told.checkCancelled();
                behind = behind(topic, consumer);
                if (behind == 0) {
                    state.settle();
                }
                applied = sum(progress.applied()) - gone;
                told.progress(applied, applied + behind);
            } while (behind > 0 || !store.promote(view));
            LOG.infof("%s: built again from %d records, and served", view.id(), applied);
        }
    }

    private Consumption state(TopicInfo topic, KafkaConsumer<byte[], byte[]> consumer, Progress progress) {
        return new Consumption(
                view,
                topic,
                consumer,
                beside,
                wiring.reader().get(),
                DeadLetters.unwritten(
                        wiring.loop().clients(),
                        wiring.loop().topics(),
                        view.id().toString()),
                progress,
                Counts.apart(),
                wiring.commitInterval());
    }

    private static long sum(Map<?, Long> offsets) {
        return offsets.values().stream().mapToLong(Long::longValue).sum();
    }

    private static long behind(TopicInfo topic, KafkaConsumer<byte[], byte[]> consumer) {
        long behind = 0;
        for (TopicPartition partition : topic.topicPartitions()) {
            behind += consumer.currentLag(partition).orElse(1);
        }
        return behind;
    }

    private void abandon() {
        try {
            beside.drop(view.id());
        } catch (StoreUnavailableException e) {
            LOG.warnf(e, "%s: what was built beside is not deleted yet; the next rebuild does that", view.id());
        }
    }
}
