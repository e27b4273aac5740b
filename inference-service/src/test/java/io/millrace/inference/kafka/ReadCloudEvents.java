package io.millrace.inference.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.CloudEventDeserializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads records as the CloudEvents project's own SDK does, which refuses what its specification forbids. */
final class ReadCloudEvents {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ReadCloudEvents() {}

    static CloudEvent of(ConsumerRecord<byte[], byte[]> record) {
        try (var sdk = new CloudEventDeserializer()) {
            return sdk.deserialize(record.topic(), record.headers(), record.value());
        }
    }

    static JsonNode data(CloudEvent event) {
        try {
            return JSON.readTree(Objects.requireNonNull(event.getData(), "the event has data")
                    .toBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
