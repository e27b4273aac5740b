package io.millrace.features.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.features.app.OnlineAnswer;
import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.Staleness;
import io.millrace.features.domain.Versions;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.table.FeatureTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An online read's answer in Feast's JSON: one result per column, the join keys before the features. */
final class FeastAnswers {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String EPOCH = "1970-01-01T00:00:00Z";

    private FeastAnswers() {}

    /**
     * How an answer is given.
     *
     * @param extended also say in the metadata what Feast has no word for: {@code complete}, {@code view_versions}, {@code positions},
     *     {@code staleness}, and {@code notes} where a row lies before what is kept online
     * @param viewMetadata also say which version of each view answered
     * @param ignoreTtl say PRESENT of values that are older than the view's ttl
     */
    record Form(boolean extended, boolean viewMetadata, boolean ignoreTtl) {}

    static byte[] json(OnlineAnswer answer, Form form) {
        var bytes = new ByteArrayOutputStream(1_024);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeArrayFieldStart("results");
            for (List<@Nullable FeatureValue> key : answer.keys().values()) {
                writeKey(json, key);
            }
            for (ReadPlan.Output output : answer.plan().outputs()) {
                writeFeature(json, answer, output, form);
            }
            json.writeEndArray();
            writeMetadata(json, answer, form);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static void writeKey(JsonGenerator json, List<@Nullable FeatureValue> key) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("values");
        for (FeatureValue value : key) {
            JsonValues.write(json, value);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("statuses");
        for (int row = 0; row < key.size(); row++) {
            json.writeString("PRESENT");
        }
        json.writeEndArray();
        json.writeArrayFieldStart("event_timestamps");
        for (int row = 0; row < key.size(); row++) {
            json.writeString(EPOCH);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeFeature(JsonGenerator json, OnlineAnswer answer, ReadPlan.Output output, Form form)
            throws IOException {
        FeatureTable table = answer.table(output);
        json.writeStartObject();
        json.writeArrayFieldStart("values");
        for (int row = 0; row < answer.rows(); row++) {
            JsonValues.write(json, table, row, output.column());
        }
        json.writeEndArray();
        json.writeArrayFieldStart("statuses");
        for (int row = 0; row < answer.rows(); row++) {
            json.writeString(
                    switch (table.state(row)) {
                        case FRESH -> "PRESENT";
                        case EXPIRED -> form.ignoreTtl() ? "PRESENT" : "OUTSIDE_MAX_AGE";
                        case MISSING -> "NOT_FOUND";
                        case BEFORE_RETENTION -> "BEFORE_RETENTION";
                    });
        }
        json.writeEndArray();
        json.writeArrayFieldStart("event_timestamps");
        for (int row = 0; row < answer.rows(); row++) {
            json.writeString(
                    switch (table.state(row)) {
                        case FRESH, EXPIRED -> rfc3339(table.eventTimeMicros(row));
                        case MISSING, BEFORE_RETENTION -> EPOCH;
                    });
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeMetadata(JsonGenerator json, OnlineAnswer answer, Form form) throws IOException {
        json.writeObjectFieldStart("metadata");
        json.writeArrayFieldStart("feature_names");
        for (String key : answer.keys().keySet()) {
            json.writeString(key);
        }
        for (ReadPlan.Output output : answer.plan().outputs()) {
            json.writeString(output.name());
        }
        json.writeEndArray();
        if (form.viewMetadata()) {
            json.writeArrayFieldStart("feature_view_metadata");
            for (ReadPlan.Part part : answer.plan().parts()) {
                ViewId id = part.view().id();
                json.writeStartObject();
                json.writeStringField("name", id.name());
                json.writeNumberField("version", Versions.number(id.version()));
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        if (form.extended()) {
            json.writeBooleanField("complete", answer.complete());
            if (!answer.notes().isEmpty()) {
                json.writeArrayFieldStart("notes");
                for (String note : answer.notes()) {
                    json.writeString(note);
                }
                json.writeEndArray();
            }
            json.writeArrayFieldStart("view_versions");
            for (ReadPlan.Part part : answer.plan().parts()) {
                json.writeString(part.view().id().toString());
            }
            json.writeEndArray();
            json.writeArrayFieldStart("positions");
            for (int i = 0; i < answer.views().size(); i++) {
                ViewId id = answer.plan().parts().get(i).view().id();
                JsonPositions.write(json, id, answer.views().get(i).positions());
            }
            json.writeEndArray();
            writeStaleness(json, answer);
        }
        json.writeEndObject();
    }

    private static void writeStaleness(JsonGenerator json, OnlineAnswer answer) throws IOException {
        json.writeArrayFieldStart("staleness");
        for (int i = 0; i < answer.staleness().size(); i++) {
            Staleness staleness = answer.staleness().get(i);
            json.writeStartObject();
            json.writeStringField(
                    "view_version", answer.plan().parts().get(i).view().id().toString());
            if (staleness.ageMicros().isPresent()) {
                json.writeNumberField(
                        "newest_event_age_micros", staleness.ageMicros().getAsLong());
            }
            if (staleness.lag().isPresent()) {
                json.writeNumberField("lag", staleness.lag().getAsLong());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** With 0, 3 or 6 digits behind the second, never without the Z. */
    static String rfc3339(long micros) {
        Instant instant =
                Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
        return DateTimeFormatter.ISO_INSTANT.format(instant);
    }
}
