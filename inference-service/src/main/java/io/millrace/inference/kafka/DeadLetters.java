package io.millrace.inference.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Makes dead letters: the record's bytes and headers, and why and where from in headers that nobody else can set. */
final class DeadLetters {
    private static final String OURS = "millrace.";

    private DeadLetters() {}

    static ProducerRecord<byte[], byte[]> of(
            String topic,
            String pipeline,
            ConsumerRecord<byte @Nullable [], byte @Nullable []> record,
            String reason,
            String detail) {
        return of(topic, "pipeline", pipeline, record, reason, detail);
    }

    /** @param kind of what could not read it, {@code pipeline} or {@code labels}; the header that holds its name */
    static ProducerRecord<byte[], byte[]> of(
            String topic,
            String kind,
            String name,
            ConsumerRecord<byte @Nullable [], byte @Nullable []> record,
            String reason,
            String detail) {
        var headers = new RecordHeaders();
        for (Header header : record.headers()) {
            if (!header.key().startsWith(OURS)) {
                headers.add(header);
            }
        }
        add(headers, "reason", reason);
        add(headers, "detail", detail);
        add(headers, "source-topic", record.topic());
        add(headers, "source-partition", Integer.toString(record.partition()));
        add(headers, "source-offset", Long.toString(record.offset()));
        add(headers, kind, name);
        return new ProducerRecord<>(topic, null, null, record.key(), record.value(), headers);
    }

    private static void add(RecordHeaders headers, String name, String value) {
        headers.add(OURS + name, value.getBytes(StandardCharsets.UTF_8));
    }
}
