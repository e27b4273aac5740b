package io.millrace.features.kafka;

import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.PushLog;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.domain.PushTarget;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.telemetry.FeatureMetrics;
import io.millrace.gate.Refusal;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes pushes to {@code millrace.features.push.v1}. Pushes that arrive while a transaction is under way share the next one, so that many small
 * pushes cost as much as a few; each is committed whole or not at all.
 */
@ApplicationScoped
public class KafkaPushLog implements PushLog {
    private static final Logger LOG = Logger.getLogger(KafkaPushLog.class);
    private static final int MAX_WAITING = 1_000;
    private static final int MAX_ROW_BYTES = 900_000;
    private static final int MAX_ROWS_AT_ONCE = 20_000;

    /** Of all pushes that wait for their commit. */
    private static final int MAX_WAITING_BYTES = 256 << 20;

    private final KafkaClients clients;
    private final OwnTopics own;
    private final Duration patience;
    private final String transactionalId;
    private final FeatureMetrics metrics;
    private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Thread writer = Thread.ofPlatform().name("push-log").daemon().unstarted(this::write);
    private @Nullable KafkaProducer<byte[], byte[]> producer;
    private volatile boolean open = true;

    private final Semaphore room = new Semaphore(MAX_WAITING_BYTES);

    private record Waiting(
            List<ProducerRecord<byte[], byte[]>> records, int bytes, CompletableFuture<Integer> committed) {}

    public KafkaPushLog(KafkaClients clients, OwnTopics own, FeaturesConfig config, FeatureMetrics metrics) {
        this.clients = clients;
        this.own = own;
        this.patience = config.push().patience();
        this.transactionalId = config.onlineStore().kind() == FeaturesConfig.Kind.EMBEDDED
                ? "millrace.feature-service.push"
                : "millrace.feature-service.push." + UUID.randomUUID();
        this.metrics = metrics;
    }

    void stop(@Observes ShutdownEvent event) {
        open = false;
        writer.interrupt();
    }

    @Override
    public CompletableFuture<Integer> append(FeatureView view, String pushId, PushTarget to, List<FeatureEvent> rows) {
        var records = new ArrayList<ProducerRecord<byte[], byte[]>>(rows.size());
        for (int row = 0; row < rows.size(); row++) {
            records.add(record(view, pushId, to, row, rows.get(row)));
        }
        var waiting = new Waiting(records, bytes(records), new CompletableFuture<>());
        try {
            startWriter();
            if (!room.tryAcquire(waiting.bytes(), patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw full();
            }
            if (!queue.offer(waiting, patience.toMillis(), TimeUnit.MILLISECONDS)) {
                room.release(waiting.bytes());
                throw full();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(FeatureReason.PUSH_LOG_UNAVAILABLE, "the service is stopping", e);
        }
        return waiting.committed()
                .orTimeout(2 * patience.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(new Refusal(
                        FeatureReason.PUSH_LOG_UNAVAILABLE,
                        "Kafka did not take the rows; push them again with the same push_id",
                        failure)))
                .whenComplete((count, _) -> {
                    if (count != null) {
                        metrics.pushed(count);
                    }
                });
    }

    private static Refusal full() {
        return new Refusal(FeatureReason.PUSH_LOG_UNAVAILABLE, "too many pushes are waiting for Kafka");
    }

    private static int bytes(List<ProducerRecord<byte[], byte[]>> records) {
        long bytes = records.stream()
                .mapToLong(record -> record.key().length + record.value().length)
                .sum();
        return (int) Math.min(bytes, MAX_WAITING_BYTES);
    }

    private static ProducerRecord<byte[], byte[]> record(
            FeatureView view, String pushId, PushTarget to, int row, FeatureEvent event) {
        byte[] value = PushedRows.value(event);
        if (value.length > MAX_ROW_BYTES) {
            throw new Refusal(
                    FeatureReason.INVALID_ROW,
                    "row " + row + " has " + value.length + " bytes, at most " + MAX_ROW_BYTES + " are taken");
        }
        var record = new ProducerRecord<>(OwnTopics.PUSH_LOG, PushedRows.key(event), value);
        record.headers().add(PushRecords.VIEW, utf8(view.id().toString()));
        if (to != PushTarget.ONLINE_AND_OFFLINE) {
            record.headers().add(PushRecords.TO, utf8(to.name().toLowerCase(Locale.ROOT)));
        }
        if (!pushId.isEmpty()) {
            record.headers().add(PushRecords.PUSH_ID, utf8(pushId));
            record.headers().add(PushRecords.ROW, utf8(Integer.toString(row)));
        }
        return record;
    }

    private synchronized void startWriter() {
        if (writer.getState() == Thread.State.NEW) {
            writer.start();
        }
    }

    private void write() {
        while (open) {
            List<Waiting> together = new ArrayList<>();
            try {
                together.add(queue.take());
            } catch (InterruptedException stopping) {
                break;
            }
            int rows = together.getFirst().records().size();
            for (Waiting next = queue.peek();
                    next != null && rows + next.records().size() <= MAX_ROWS_AT_ONCE;
                    next = queue.peek()) {
                rows += next.records().size();
                together.add(queue.remove());
            }
            commit(together);
            room.release(together.stream().mapToInt(Waiting::bytes).sum());
        }
        closeProducer();
    }

    private void commit(List<Waiting> together) {
        try {
            KafkaProducer<byte[], byte[]> ready = producer();
            ready.beginTransaction();
            together.forEach(push -> push.records().forEach(ready::send));
            ready.commitTransaction();
            together.forEach(push -> push.committed().complete(push.records().size()));
        } catch (KafkaException | IllegalStateException e) {
            LOG.warnf("Pushed rows were not committed: %s", e.getMessage());
            closeProducer();
            together.forEach(push -> push.committed().completeExceptionally(e));
        }
    }

    private KafkaProducer<byte[], byte[]> producer() {
        KafkaProducer<byte[], byte[]> ready = producer;
        if (ready == null) {
            own.ensurePushLog();
            ready = clients.producer(transactionalId, patience);
            producer = ready;
            ready.initTransactions();
        }
        return ready;
    }

    private void closeProducer() {
        KafkaProducer<byte[], byte[]> old = producer;
        producer = null;
        if (old != null) {
            try {
                old.close(Duration.ZERO);
            } catch (KafkaException e) {
                LOG.debugf(e, "The producer of the push log did not close cleanly");
            }
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
