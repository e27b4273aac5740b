package io.millrace.inference.kafka;

import io.millrace.inference.app.watch.DriftReports;
import io.millrace.inference.domain.watch.DriftReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jboss.logging.Logger;

/** Follows what watches report, on a thread of its own. */
public final class KafkaDriftReports implements DriftReports, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(KafkaDriftReports.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration JOIN = Duration.ofSeconds(5);

    private final WatchParts parts;
    private final Map<String, DriftReport> reports = new ConcurrentSkipListMap<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;

    /** Starts to follow; Kafka may come later. */
    public KafkaDriftReports(WatchParts parts) {
        this.parts = parts;
        this.thread = Thread.ofPlatform().name("drift-reports").daemon().start(this::run);
    }

    @Override
    public List<DriftReport> all() {
        return List.copyOf(reports.values());
    }

    @Override
    public Optional<DriftReport> find(String pipeline) {
        return Optional.ofNullable(reports.get(pipeline));
    }

    @Override
    public void close() {
        stop.countDown();
        try {
            thread.join(JOIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        var backOff = new BackOff(parts.streams().minBackOff(), parts.streams().maxBackOff());
        try {
            while (stop.getCount() > 0) {
                try {
                    follow(backOff);
                } catch (StreamStalledException | KafkaException e) {
                    if (e instanceof InterruptException) {
                        return;
                    }
                    LOG.debugf("Reports of drift are not followed yet: %s", e);
                }
                if (stop.await(backOff.next().toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(BackOff backOff) {
        try (var topics = new LabelTopics(parts.streams())) {
            if (topics.find(WatchParts.REPORTS).isEmpty()) {
                return;
            }
        }
        var partition = new TopicPartition(WatchParts.REPORTS, 0);
        try (var consumer = new KafkaConsumer<>(
                parts.reader("reports"), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            while (stop.getCount() > 0) {
                consumer.poll(POLL).forEach(this::take);
                backOff.reset();
            }
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        String pipeline = new String(record.key(), StandardCharsets.UTF_8);
        if (record.value() == null) {
            reports.remove(pipeline);
            return;
        }
        try {
            reports.put(pipeline, DriftJson.MAPPER.readValue(record.value(), DriftReport.class));
        } catch (IOException e) {
            LOG.warnf("The report of drift at offset %d is not read: %s", record.offset(), e.getMessage());
        }
    }
}
