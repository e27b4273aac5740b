package io.millrace.inference.kafka;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.inference.app.payload.LoggedCall;
import io.millrace.inference.app.payload.PayloadMeter;
import io.millrace.inference.app.payload.PayloadMeter.Dropped;
import io.millrace.inference.app.payload.PayloadSink;
import io.millrace.inference.domain.CloudEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Logged calls in {@value #TOPIC} as structured CloudEvents under the name that was called. What Kafka does not take in time is dropped, as is what comes before the topic is there; nothing
 * is sent twice, and nobody waits for a broker that is away longer than {@link #PATIENCE} of every {@link #PAUSE}.
 */
public final class PayloadTopic implements PayloadSink {
    public static final String TOPIC = "millrace.inference.payloads.v1";

    private static final Logger LOG = Logger.getLogger(PayloadTopic.class);
    private static final String TYPE = "io.millrace.inference.payload";
    private static final long BUFFER_BYTES = 8L << 20;
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final String bootstrapServers;
    private final int ordinal;
    private final PayloadMeter meter;
    private final JsonText json = new JsonText();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread connecting;
    private volatile @Nullable KafkaProducer<byte[], byte[]> producer;
    private boolean isPaused;
    private long pausedAt;

    /** Kafka may come later. */
    public PayloadTopic(String bootstrapServers, int ordinal, PayloadMeter meter) {
        this.bootstrapServers = bootstrapServers;
        this.ordinal = ordinal;
        this.meter = meter;
        this.connecting = Thread.ofVirtual().name("payload-topic").start(this::connect);
    }

    @Override
    public void write(LoggedCall call) {
        KafkaProducer<byte[], byte[]> to = producer;
        if (to == null || (isPaused && System.nanoTime() - pausedAt < PAUSE.toNanos())) {
            meter.dropped(Dropped.TOPIC, 1);
            return;
        }
        try {
            to.send(record(call), (_, failure) -> {
                if (failure == null) {
                    meter.logged(Kind.TOPIC);
                } else {
                    meter.dropped(Dropped.TOPIC, 1);
                }
            });
            isPaused = false;
        } catch (KafkaException e) {
            LOG.debugf("Kafka does not take logged calls: %s", e.getMessage());
            meter.dropped(Dropped.TOPIC, 1);
            isPaused = true;
            pausedAt = System.nanoTime();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        connecting.interrupt();
        try {
            connecting.join(GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        KafkaProducer<byte[], byte[]> last = producer;
        if (last != null) {
            last.close(GRACE);
        }
    }

    private ProducerRecord<byte[], byte[]> record(LoggedCall call) {
        var event = new CloudEvent(
                UUID.randomUUID().toString(),
                "/millrace/inference-service/" + ordinal,
                TYPE,
                call.name(),
                call.time(),
                "");
        byte[] bytes = json.bytes(out -> CloudEventWriter.structured(out, event, to -> data(to, call)));
        var headers = new RecordHeaders();
        CloudEventWriter.structured(headers);
        return new ProducerRecord<>(
                TOPIC, null, call.time().toEpochMilli(), call.name().getBytes(StandardCharsets.UTF_8), bytes, headers);
    }

    private static void data(JsonGenerator out, LoggedCall call) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", call.id());
        out.writeStringField(call.kind(), call.name());
        out.writeStringField("model_name", call.model());
        out.writeStringField("model_version", call.modelVersion());
        out.writeStringField("model_digest", call.modelDigest());
        out.writeStringField("status", call.status());
        out.writeNumberField("duration_us", call.micros());
        out.writeFieldName("request");
        out.writeRawValue(call.request());
        out.writeFieldName("response");
        out.writeRawValue(call.response());
        out.writeEndObject();
    }

    /** Looks for the topic, makes it where it is missing, and opens it, however often that takes. */
    private void connect() {
        var backOff = new BackOff(Duration.ofMillis(200), Duration.ofSeconds(10));
        boolean isSaid = false;
        try {
            do {
                String failure = tryToConnect();
                if (failure == null) {
                    return;
                }
                if (!isSaid) {
                    LOG.warnf("Calls are not logged to %s yet: %s", TOPIC, failure);
                    isSaid = true;
                }
            } while (!closing.await(backOff.next().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable String tryToConnect() throws InterruptedException {
        KafkaProducer<byte[], byte[]> opened = null;
        try {
            OwnTopic.make(bootstrapServers, TOPIC);
            opened = open();
            opened.partitionsFor(TOPIC);
            producer = opened;
            return null;
        } catch (KafkaException | ExecutionException | TimeoutException e) {
            if (opened != null) {
                opened.close(Duration.ZERO);
            }
            return String.valueOf(e.getMessage());
        }
    }

    private KafkaProducer<byte[], byte[]> open() {
        var config = new HashMap<String, Object>();
        config.put("bootstrap.servers", bootstrapServers);
        config.put("client.id", "millrace-inference-payloads-" + ordinal);
        config.put("acks", "all");
        config.put("linger.ms", 50);
        config.put("max.block.ms", PATIENCE.toMillis());
        config.put("request.timeout.ms", 5_000);
        config.put("delivery.timeout.ms", 10_000);
        config.put("buffer.memory", BUFFER_BYTES);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
