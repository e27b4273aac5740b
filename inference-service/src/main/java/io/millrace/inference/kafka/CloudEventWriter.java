package io.millrace.inference.kafka;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.inference.domain.CloudEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;

/**
 * Writes CloudEvents 1.0 as their Kafka protocol binding says: structured, one JSON object with attributes and {@code data}; or binary, attributes in headers
 * {@code ce_…} beside data that is the record's value.
 */
final class CloudEventWriter {
    static final String STRUCTURED = "application/cloudevents+json; charset=UTF-8";
    static final String JSON = "application/json";
    private static final String CONTENT_TYPE = "content-type";

    private CloudEventWriter() {}

    /** Writes an event's data as one JSON value. */
    @FunctionalInterface
    interface Data {
        void write(JsonGenerator out) throws IOException;
    }

    /** The whole event; {@link #structured(Headers)} belongs to it. */
    static void structured(JsonGenerator out, CloudEvent event, Data data) throws IOException {
        out.writeStartObject();
        out.writeStringField("specversion", "1.0");
        out.writeStringField("id", event.id());
        out.writeStringField("source", event.source());
        out.writeStringField("type", event.type());
        out.writeStringField("subject", event.subject());
        out.writeStringField("time", event.time().toString());
        out.writeStringField("datacontenttype", JSON);
        if (!event.traceparent().isEmpty()) {
            out.writeStringField("traceparent", event.traceparent());
        }
        out.writeFieldName("data");
        data.write(out);
        out.writeEndObject();
    }

    static void structured(Headers headers) {
        add(headers, CONTENT_TYPE, STRUCTURED);
    }

    /** The attributes of an event whose data is the record's value. */
    static void binary(Headers headers, CloudEvent event) {
        add(headers, CONTENT_TYPE, JSON);
        add(headers, "ce_specversion", "1.0");
        add(headers, "ce_id", event.id());
        add(headers, "ce_source", event.source());
        add(headers, "ce_type", event.type());
        add(headers, "ce_subject", event.subject());
        add(headers, "ce_time", event.time().toString());
        if (!event.traceparent().isEmpty()) {
            add(headers, "ce_traceparent", event.traceparent());
        }
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
