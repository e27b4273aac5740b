package io.millrace.inference.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.inference.app.watch.Columns;
import io.millrace.inference.app.watch.DriftEvents;
import io.millrace.inference.app.watch.PipelineWatch;
import io.millrace.inference.domain.CloudEvent;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.watch.DriftReport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A watch with what is kept of it: the parts of its state and where it stands, its report and its events, written together. Used by one thread. */
final class WatchKeeping implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(WatchKeeping.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration CLOSE = Duration.ofSeconds(5);
    private static final int VERSION = 2;
    private static final String OFFSETS = "offsets";
    private static final String REPORT = "report";

    private final Pipeline pipeline;
    private final WatchParts parts;
    private final KafkaProducer<byte[], byte[]> producer;
    private final ObjectMapper json = DriftJson.MAPPER;
    private final JsonText text = new JsonText();
    private final Map<TopicPartition, Place> places = new HashMap<>();
    private PipelineWatch watch;

    /** Where the watch stands in a partition. */
    private static final class Place {
        private long offset;
        private final Thinning thinning;

        Place(long offset, Thinning thinning) {
            this.offset = offset;
            this.thinning = thinning;
        }
    }

    WatchKeeping(Pipeline pipeline, WatchParts parts) {
        this.pipeline = pipeline;
        this.parts = parts;
        this.producer = new KafkaProducer<>(
                parts.producer(pipeline.name()), new ByteArraySerializer(), new ByteArraySerializer());
        this.watch = fresh();
    }

    private PipelineWatch fresh() {
        return PipelineWatch.of(
                pipeline.name(), Columns.of(pipeline), parts.settings(), parts.references(), parts.upstream());
    }

    PipelineWatch watch() {
        return watch;
    }

    /** Fences whoever watched before, and reads what it kept. */
    void takeUp() {
        producer.initTransactions();
        Map<String, byte[]> kept = read();
        byte[] report = kept.remove(REPORT);
        byte[] stood = kept.remove(OFFSETS);
        try {
            watch.restore(kept, report == null ? null : json.readValue(report, DriftReport.class));
            if (stood != null) {
                readPlaces(stood);
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.warnf(
                    e, "What was kept of the watch of pipeline %s cannot be taken up; it begins anew", pipeline.name());
            places.clear();
            watch = fresh();
        }
        parts.telemetry().reported(watch.report());
    }

    private Map<String, byte[]> read() {
        var kept = new TreeMap<String, byte[]>();
        var partition = new TopicPartition(WatchParts.state(pipeline.name()), 0);
        try (var consumer = new KafkaConsumer<>(
                parts.reader(pipeline.name()), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    String part = new String(record.key(), StandardCharsets.UTF_8);
                    if (record.value() == null) {
                        kept.remove(part);
                    } else {
                        kept.put(part, record.value());
                    }
                }
            }
        }
        return kept;
    }

    /** Where the watch stands in a partition; null where it never was. */
    @Nullable
    Long offset(TopicPartition partition) {
        Place place = places.get(partition);
        return place == null ? null : place.offset;
    }

    /** Whether the record is one of those that are watched. */
    boolean takes(TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
        return place(partition).thinning.takes(record.offset(), record.timestamp());
    }

    /**
     * Stands at where to read on, which it gives.
     *
     * @param position the next record to be read
     * @param end behind the last that is there
     */
    long standAt(TopicPartition partition, long position, long end) {
        Place place = place(partition);
        place.offset = place.thinning.next(position, end);
        return place.offset;
    }

    private Place place(TopicPartition partition) {
        return places.computeIfAbsent(partition, _ -> new Place(0, new Thinning(parts.rowsPerSecond())));
    }

    /** Looks at what is over by now; whether there was anything. */
    boolean advance(Set<String> behind) {
        watch.advance(behind);
        return watch.isReportChanged();
    }

    /** Writes what changed, in one transaction. */
    void keep() {
        DriftReport report = watch.report();
        List<DriftEvents.Told> told = watch.told();
        byte[] reported = bytes(report);
        String state = WatchParts.state(pipeline.name());
        producer.beginTransaction();
        watch.changes().forEach((part, bytes) -> producer.send(new ProducerRecord<>(state, 0, utf8(part), bytes)));
        producer.send(new ProducerRecord<>(state, 0, utf8(OFFSETS), places()));
        producer.send(new ProducerRecord<>(state, 0, utf8(REPORT), reported));
        producer.send(new ProducerRecord<>(WatchParts.REPORTS, 0, utf8(pipeline.name()), reported));
        told.forEach(this::send);
        producer.commitTransaction();
        parts.telemetry().reported(report);
        for (DriftEvents.Told each : told) {
            parts.telemetry().told(pipeline.name(), each.event().type());
            LOG.infof("Pipeline %s: %s", pipeline.name(), each.id());
        }
    }

    private void send(DriftEvents.Told told) {
        var event = new CloudEvent(
                told.id(),
                "/millrace/inference-service",
                told.event().type(),
                told.event().subject(),
                parts.clock().instant(),
                "");
        byte[] bytes = text.bytes(out -> CloudEventWriter.structured(
                out, event, to -> KafkaEventLog.value(to, told.event().data())));
        var headers = new RecordHeaders();
        CloudEventWriter.structured(headers);
        producer.send(new ProducerRecord<>(KafkaEventLog.TOPIC, null, utf8(event.subject()), bytes, headers));
    }

    private byte[] bytes(DriftReport report) {
        try {
            return json.writeValueAsBytes(report);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a report is JSON", e);
        }
    }

    private byte[] places() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeInt(places.size());
            for (Map.Entry<TopicPartition, Place> place : places.entrySet()) {
                out.writeUTF(place.getKey().topic());
                out.writeInt(place.getKey().partition());
                out.writeLong(place.getValue().offset);
                place.getValue().thinning.write(out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("nothing fails in memory", e);
        }
        return bytes.toByteArray();
    }

    private void readPlaces(byte[] bytes) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new IOException("places of version " + version);
            }
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                Place place = place(new TopicPartition(in.readUTF(), in.readInt()));
                place.offset = in.readLong();
                place.thinning.read(in);
            }
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            producer.close(CLOSE);
        } catch (KafkaException e) {
            LOG.debugf(e, "The producer of the watch of %s did not close well", pipeline.name());
        }
    }
}
