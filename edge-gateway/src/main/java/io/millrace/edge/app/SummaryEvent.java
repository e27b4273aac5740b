package io.millrace.edge.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.millrace.edge.domain.EdgeNode;
import io.millrace.edge.domain.Summary;
import io.millrace.gate.Refusal;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An accepted summary, as the spool and {@code millrace.edge.summaries.v1} have it:
 * {@code {"node","domain","via":"pull"|"push","birth","sequence","late","received_at","event":{"source","id"},"summary":{…}}}; sequence and event are absent
 * where the summary came without.
 *
 * @param receivedAt by the gateway's clock
 */
public record SummaryEvent(
        String node,
        String domain,
        boolean pushed,
        long birth,
        OptionalLong sequence,
        boolean late,
        Instant receivedAt,
        Optional<Push.Event> event,
        Summary summary) {
    static SummaryEvent pulled(EdgeNode node, Summary summary, Instant receivedAt) {
        return new SummaryEvent(
                node.id(), node.domain(), false, 0, OptionalLong.empty(), false, receivedAt, Optional.empty(), summary);
    }

    static SummaryEvent pushed(EdgeNode node, Push push, boolean late, Instant receivedAt) {
        return new SummaryEvent(
                node.id(),
                node.domain(),
                true,
                push.birth(),
                push.sequence(),
                late,
                receivedAt,
                push.event(),
                push.summary());
    }

    /** As the push that it was. */
    Push push() {
        return new Push(summary, birth, sequence, event);
    }

    SpoolEntry entry() {
        ObjectNode json = SummaryJson.object();
        json.put("node", node).put("domain", domain).put("via", pushed ? "push" : "pull");
        json.put("birth", birth);
        sequence.ifPresent(value -> json.put("sequence", value));
        json.put("late", late).put("received_at", receivedAt.toString());
        event.ifPresent(e -> json.putObject("event").put("source", e.source()).put("id", e.id()));
        json.putRawValue("summary", new RawValue(SummaryJson.text(summary)));
        return new SpoolEntry(SpoolEntry.Kind.SUMMARY, node, SummaryJson.bytes(json));
    }

    /**
     * Reads what {@link #entry} wrote.
     *
     * @throws Refusal where it is something else
     */
    static SummaryEvent of(SpoolEntry entry) {
        JsonNode json = SummaryJson.own(entry.value());
        JsonNode event = json.path("event");
        return new SummaryEvent(
                json.path("node").asText(),
                json.path("domain").asText(),
                json.path("via").asText().equals("push"),
                SummaryJson.whole(json, "birth").orElse(0),
                SummaryJson.whole(json, "sequence"),
                json.path("late").asBoolean(),
                SummaryJson.time(json.path("received_at").asText()).orElse(Instant.EPOCH),
                event.isObject()
                        ? Optional.of(new Push.Event(
                                event.path("source").asText(), event.path("id").asText()))
                        : Optional.empty(),
                SummaryJson.summary(json.path("summary")));
    }
}
