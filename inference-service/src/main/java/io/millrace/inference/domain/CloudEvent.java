package io.millrace.inference.domain;

import java.time.Instant;

/**
 * The attributes of a CloudEvent, version 1.0, whose data is JSON.
 *
 * @param id with {@code source} the same for what is told twice, and for nothing else
 * @param source a URI reference: who tells
 * @param subject what it is about
 * @param time when it happened
 * @param traceparent W3C trace context, the extension of that name; empty where nothing traces
 */
public record CloudEvent(String id, String source, String type, String subject, Instant time, String traceparent) {
    public CloudEvent {
        if (id.isEmpty() || source.isEmpty() || type.isEmpty() || subject.isEmpty()) {
            throw new IllegalArgumentException("id, source, type and subject must not be empty, were '" + id + "', '"
                    + source + "', '" + type + "' and '" + subject + "'");
        }
    }
}
