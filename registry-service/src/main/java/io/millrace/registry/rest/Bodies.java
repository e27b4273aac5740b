package io.millrace.registry.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.gate.GateReason;
import io.millrace.gate.Refusal;
import io.millrace.registry.app.RegistryReason;
import io.millrace.registry.app.RowFormat;
import io.millrace.registry.app.data.JsonLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes request bodies apart without reading what is inside of rows or contracts. */
final class Bodies {
    private static final JsonFactory FACTORY = JsonLimits.factory(60);

    private Bodies() {}

    /** A body as text. */
    static String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Refusal(GateReason.MALFORMED_REQUEST, "the body is not UTF-8", e);
        }
    }

    /** The format of rows by their media type; JSON where there is none. */
    static RowFormat format(@Nullable String mediaType) {
        String type =
                mediaType == null ? "" : mediaType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return switch (type) {
            case "text/csv", "application/csv" -> RowFormat.CSV;
            case "application/vnd.apache.parquet", "application/parquet", "application/x-parquet" -> RowFormat.PARQUET;
            case "", "application/json", "application/x-ndjson", "application/ndjson", "application/jsonl" ->
                RowFormat.JSON;
            default ->
                throw new Refusal(
                        RegistryReason.ROWS_UNREADABLE,
                        "rows are sent as application/json, application/x-ndjson, text/csv or application/vnd.apache.parquet");
        };
    }

    /** Whether a JSON body is one object with a field {@code rows} that is a list, and not rows themselves. */
    static boolean isEnvelope(byte[] body) {
        for (byte b : body) {
            if (b > ' ' || b < 0) {
                return b == '{'
                        && fields(body, true)
                                .map(fields -> fields.containsKey("rows"))
                                .orElse(false);
            }
        }
        return false;
    }

    /**
     * The bytes of each field of a JSON object.
     *
     * @throws Refusal where the body is no JSON object in UTF-8
     */
    static Map<String, byte[]> fields(byte[] body) {
        return fields(body, false)
                .orElseThrow(() -> new Refusal(GateReason.MALFORMED_REQUEST, "expected one JSON object"));
    }

    /**
     * @param tolerant whether a body that is something else is empty and not a refusal
     */
    private static Optional<Map<String, byte[]>> fields(byte[] body, boolean tolerant) {
        var fields = new HashMap<String, byte[]>();
        try (JsonParser parser = FACTORY.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                long start = parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                parser.finishToken();
                long end = parser.currentLocation().getByteOffset();
                if (start < 0 || end < start) {
                    throw new Refusal(GateReason.MALFORMED_REQUEST, "JSON is sent in UTF-8");
                }
                fields.put(name, Arrays.copyOfRange(body, (int) start, (int) end));
            }
            return parser.nextToken() == null ? Optional.of(fields) : Optional.empty();
        } catch (IOException e) {
            if (tolerant) {
                return Optional.empty();
            }
            throw new Refusal(GateReason.MALFORMED_REQUEST, "the body is not the JSON that is expected here", e);
        }
    }

    /** The text of a field: of a JSON string what it says, of anything else its JSON. */
    static String textOf(byte[] field) {
        try (JsonParser parser = FACTORY.createParser(field)) {
            return parser.nextToken() == JsonToken.VALUE_STRING ? parser.getText() : text(field);
        } catch (IOException e) {
            throw new Refusal(GateReason.MALFORMED_REQUEST, "the body is not the JSON that is expected here", e);
        }
    }
}
