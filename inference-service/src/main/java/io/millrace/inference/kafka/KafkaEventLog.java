package io.millrace.inference.kafka;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.inference.app.EventLog;
import io.millrace.inference.domain.CloudEvent;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.telemetry.EventMetrics;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tells events to a topic, by default {@value #TOPIC}, as structured CloudEvents under their subject. A thread of its own sends them; what waits for Kafka is bounded, and beyond that
 * dropped. At least once: what may not have arrived is sent again with the same {@code id}.
 */
public final class KafkaEventLog implements EventLog, AutoCloseable {
    public static final String TOPIC = "millrace.inference.events.v1";

    private static final Logger LOG = Logger.getLogger(KafkaEventLog.class);
    private static final int AT_ONCE = 100;
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final String bootstrapServers;
    private final String topic;
    private final int ordinal;
    private final InstantSource clock;
    private final EventMetrics metrics;
    private final BlockingQueue<Waiting> queue;
    private final JsonText json = new JsonText();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread sender;
    private @Nullable KafkaProducer<byte[], byte[]> producer;
    private boolean topicIsThere;

    private record Waiting(CloudEvent event, Map<String, Object> data) {}

    /**
     * Starts the sender; Kafka may come later.
     *
     * @param topic made where it is missing
     * @param ordinal this replica's number, part of the events' source
     * @param maxWaiting events that wait at most, at least 1
     */
    public KafkaEventLog(
            String bootstrapServers,
            String topic,
            int ordinal,
            int maxWaiting,
            InstantSource clock,
            EventMetrics metrics) {
        this.topic = topic;
        this.bootstrapServers = bootstrapServers;
        this.ordinal = ordinal;
        this.clock = clock;
        this.metrics = metrics;
        this.queue = new ArrayBlockingQueue<>(maxWaiting);
        this.sender = Thread.ofVirtual().name("events").start(this::run);
    }

    @Override
    public void record(ServiceEvent event) {
        record(UUID.randomUUID().toString(), event);
    }

    @Override
    public void record(String id, ServiceEvent event) {
        var told = new CloudEvent(
                id,
                "/millrace/inference-service/" + ordinal,
                event.type(),
                event.subject(),
                clock.instant(),
                traceparent());
        if (closing.getCount() == 0 || !queue.offer(new Waiting(told, event.data()))) {
            drop(1, "too many wait for Kafka");
        }
    }

    /** Sends what waits, for 2 s at most. */
    @Override
    public void close() {
        closing.countDown();
        try {
            if (!sender.join(GRACE)) {
                sender.interrupt();
                sender.join(GRACE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        var backOff = new BackOff(Duration.ofMillis(200), Duration.ofSeconds(5));
        List<Waiting> unsent = new ArrayList<>();
        try {
            while (closing.getCount() > 0 || !queue.isEmpty() || !unsent.isEmpty()) {
                if (unsent.isEmpty() && !fill(unsent)) {
                    continue;
                }
                String failure = send(unsent);
                if (failure == null) {
                    backOff.reset();
                    sayWhatWasDropped();
                } else if (closing.await(backOff.next().toMillis(), TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            disconnect();
            if (unsent.size() + queue.size() > 0) {
                drop(unsent.size() + queue.size(), "the service ends and Kafka does not take them");
            }
        }
    }

    private boolean fill(List<Waiting> unsent) throws InterruptedException {
        Waiting first = queue.poll(200, TimeUnit.MILLISECONDS);
        if (first == null) {
            return false;
        }
        unsent.add(first);
        queue.drainTo(unsent, AT_ONCE - 1);
        return true;
    }

    /** Sends all and keeps in the list what did not arrive; says why. */
    private @Nullable String send(List<Waiting> unsent) throws InterruptedException {
        String failure = null;
        try {
            ensureTopic();
            var sent = new ArrayList<Future<RecordMetadata>>(unsent.size());
            for (Waiting waiting : unsent) {
                sent.add(connected().send(record(waiting)));
            }
            var left = new ArrayList<Waiting>();
            for (int i = 0; i < sent.size(); i++) {
                try {
                    sent.get(i).get();
                    metrics.written();
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof RecordTooLargeException) {
                        drop(1, String.valueOf(e.getCause().getMessage()));
                    } else {
                        left.add(unsent.get(i));
                        failure = String.valueOf(e.getCause());
                    }
                }
            }
            unsent.clear();
            unsent.addAll(left);
        } catch (KafkaException | ExecutionException | TimeoutException e) {
            failure = String.valueOf(e.getMessage());
        }
        if (failure != null) {
            LOG.debugf("Events wait for Kafka: %s", failure);
            disconnect();
        }
        return failure;
    }

    private ProducerRecord<byte[], byte[]> record(Waiting waiting) {
        byte[] bytes =
                json.bytes(out -> CloudEventWriter.structured(out, waiting.event(), to -> value(to, waiting.data())));
        var headers = new RecordHeaders();
        CloudEventWriter.structured(headers);
        byte[] key = waiting.event().subject().getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(topic, null, waiting.event().time().toEpochMilli(), key, bytes, headers);
    }

    static void value(JsonGenerator out, Object value) throws IOException {
        switch (value) {
            case Map<?, ?> map -> {
                out.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.writeFieldName(String.valueOf(entry.getKey()));
                    value(out, entry.getValue());
                }
                out.writeEndObject();
            }
            case List<?> list -> {
                out.writeStartArray();
                for (Object each : list) {
                    value(out, each);
                }
                out.writeEndArray();
            }
            case Integer number -> out.writeNumber(number);
            case Long number -> out.writeNumber(number);
            case Double number -> out.writeNumber(number);
            case Boolean flag -> out.writeBoolean(flag);
            default -> out.writeString(value.toString());
        }
    }

    private void ensureTopic() throws InterruptedException, ExecutionException, TimeoutException {
        if (topicIsThere) {
            return;
        }
        OwnTopic.make(bootstrapServers, topic);
        topicIsThere = true;
    }

    private KafkaProducer<byte[], byte[]> connected() {
        KafkaProducer<byte[], byte[]> now = producer;
        if (now == null) {
            Map<String, Object> config = Map.of(
                    "bootstrap.servers",
                    bootstrapServers,
                    "client.id",
                    "millrace-inference-events-" + ordinal,
                    "acks",
                    "all",
                    "enable.idempotence",
                    true,
                    "linger.ms",
                    5,
                    "max.block.ms",
                    5_000,
                    "request.timeout.ms",
                    5_000,
                    "delivery.timeout.ms",
                    10_000,
                    "buffer.memory",
                    4L << 20);
            now = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
            producer = now;
        }
        return now;
    }

    /** What was asked of a producer that failed may be in doubt; the next one begins anew, and looks for the topic again. */
    private void disconnect() {
        topicIsThere = false;
        if (producer != null) {
            producer.close(Duration.ZERO);
            producer = null;
        }
    }

    private void drop(int events, String why) {
        metrics.dropped(events);
        if (dropped.getAndAdd(events) == 0) {
            LOG.warnf("Events are dropped: %s", why);
        }
    }

    private void sayWhatWasDropped() {
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
            LOG.warnf("Events arrive in %s; %d were dropped before", topic, lost);
        }
    }

    private static String traceparent() {
        SpanContext context = Span.current().getSpanContext();
        return context.isValid()
                ? "00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                        + context.getTraceFlags().asHex()
                : "";
    }
}
