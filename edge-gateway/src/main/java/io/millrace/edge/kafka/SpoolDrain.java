package io.millrace.edge.kafka;

import io.millrace.edge.app.DrainStatus;
import io.millrace.edge.app.Retention;
import io.millrace.edge.app.Spool;
import io.millrace.edge.app.SpoolReader;
import io.millrace.edge.app.UndeliveredException;
import io.millrace.edge.telemetry.EdgeMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jboss.logging.Logger;

/**
 * Takes entries from the spool to Kafka, in order, each once: a transaction holds a batch of entries and the cursor behind them. Whatever goes wrong, the
 * producer is thrown away and a new one of the same transactional id ends what was open, reads the cursor and goes on there. Kafka may be absent for
 * as long as it likes. Runs on a thread of its own between {@link #start} and {@link #close}.
 */
public final class SpoolDrain implements DrainStatus, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(SpoolDrain.class);

    private final String bootstrapServers;
    private final Spool spool;
    private final Retention retention;
    private final EdgeMetrics metrics;
    private final Bounds bounds;
    private final long endAtStart;
    private boolean compared;
    private final SpoolReader reader;

    /**
     * @param maxEntries in one transaction
     * @param maxBytes in one transaction, reached or passed by its last entry
     * @param minWait after a failure; doubled up to {@code maxWait}, with jitter
     */
    public record Bounds(int maxEntries, long maxBytes, Duration minWait, Duration maxWait) {}

    /** To be made before the spool takes its first entry of this run: what it holds then is compared with what Kafka has. */
    public SpoolDrain(String bootstrapServers, Spool spool, Retention retention, EdgeMetrics metrics, Bounds bounds) {
        this.bootstrapServers = bootstrapServers;
        this.spool = spool;
        this.retention = retention;
        this.metrics = metrics;
        this.bounds = bounds;
        this.endAtStart = spool.next();
        this.reader = new SpoolReader(
                "spool-drain",
                spool,
                Optional.of("not connected yet"),
                new SpoolReader.Waits(bounds.minWait(), bounds.maxWait()),
                this::session);
    }

    public void start() {
        reader.start();
    }

    @Override
    public Optional<String> failure() {
        return reader.failure();
    }

    @Override
    public long position() {
        return reader.position();
    }

    /** Stops; what was not committed is drained by the next start. */
    @Override
    public void close() {
        reader.close();
    }

    private void session(SpoolReader open) throws InterruptedException, UndeliveredException {
        try {
            connected(open);
        } catch (InterruptException e) {
            throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
        } catch (KafkaException | ExecutionException | TimeoutException e) {
            metrics.drainFailed();
            throw new UndeliveredException("Kafka does not take the spool's entries: " + e.getMessage(), e);
        }
    }

    private void connected(SpoolReader open) throws InterruptedException, ExecutionException, TimeoutException {
        EdgeTopics.ensure(bootstrapServers);
        Producer<byte[], byte[]> producer = producer();
        try {
            producer.initTransactions();
            open.begin(start(CursorTopic.read(bootstrapServers, spool.id(), Duration.ofSeconds(90))));
            retention.drained(open.position());
            LOG.infof("Kafka is there; the spool is drained from entry %d on", open.position());
            open.recovered();
            while (open.await()) {
                open.delivered(drain(producer, open.position()));
            }
        } finally {
            producer.close(Duration.ofSeconds(2));
        }
    }

    private long start(OptionalLong cursor) {
        if (!compared && cursor.isPresent() && cursor.getAsLong() > endAtStart) {
            LOG.errorf(
                    "Kafka has the spool's entries below %d, at start the disk had those below %d: it has lost entries. The spool"
                            + " gets a new id, so that none of its new entries is taken for one that Kafka has",
                    cursor.getAsLong(), endAtStart);
            spool.rename();
            throw new KafkaException("the spool has a new id");
        }
        compared = true;
        return Math.max(cursor.orElse(0), spool.state().first());
    }

    private long drain(Producer<byte[], byte[]> producer, long position) {
        Spool.Batch batch = spool.read(position, bounds.maxEntries(), bounds.maxBytes());
        if (!batch.entries().isEmpty()) {
            producer.beginTransaction();
            for (Spool.Numbered numbered : batch.entries()) {
                producer.send(record(numbered));
            }
            producer.send(CursorTopic.record(spool.id(), batch.next()));
            // Throws where any of the sends failed.
            producer.commitTransaction();
            metrics.drained(batch.entries().size());
        }
        retention.drained(batch.next());
        return batch.next();
    }

    private ProducerRecord<byte[], byte[]> record(Spool.Numbered numbered) {
        var record = new ProducerRecord<>(
                EdgeTopics.of(numbered.entry().kind()),
                numbered.entry().key().getBytes(StandardCharsets.UTF_8),
                numbered.entry().value());
        record.headers().add("millrace.spool", (spool.id() + "/" + numbered.number()).getBytes(StandardCharsets.UTF_8));
        return record;
    }

    private Producer<byte[], byte[]> producer() {
        Map<String, Object> config = Map.ofEntries(
                Map.entry("bootstrap.servers", bootstrapServers),
                Map.entry("transactional.id", "millrace.edge-gateway." + spool.id()),
                Map.entry("acks", "all"),
                Map.entry("compression.type", "gzip"),
                Map.entry("linger.ms", 5),
                Map.entry("batch.size", 128 << 10),
                Map.entry("buffer.memory", 2L * EdgeTopics.MAX_RECORD_BYTES),
                Map.entry("max.request.size", EdgeTopics.MAX_RECORD_BYTES),
                Map.entry("max.block.ms", 20_000),
                Map.entry("request.timeout.ms", 10_000),
                Map.entry("delivery.timeout.ms", 30_000),
                Map.entry("transaction.timeout.ms", 60_000),
                Map.entry("reconnect.backoff.max.ms", 5_000));
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
