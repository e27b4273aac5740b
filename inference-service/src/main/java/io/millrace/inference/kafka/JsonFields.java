package io.millrace.inference.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one JSON object a record, bounded whatever the bytes are: depth 64, numbers of 100 characters, names of 1,000. */
final class JsonFields implements EventFields {
    private final Node root = new Node();
    private final JsonFactory json;

    /** A name on the way to a field. */
    private static final class Node {
        final Map<String, Node> inner = new HashMap<>();

        @Nullable
        String path;
    }

    JsonFields(Collection<String> paths, int maxBytes) {
        for (String path : paths) {
            Node node = root;
            for (String name : path.split("\\.", -1)) {
                node = node.inner.computeIfAbsent(name, _ -> new Node());
            }
            node.path = path;
        }
        this.json = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(64)
                        .maxNumberLength(100)
                        .maxNameLength(1_000)
                        .maxStringLength(maxBytes)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .build();
    }

    @Override
    public Read read(byte[] record) throws IOException {
        var values = new HashMap<String, Object>();
        var texts = new HashMap<String, String>();
        try (JsonParser parser = json.createParser(record)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            object(parser, root, values, texts);
            if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                throw new IOException("more than one JSON object");
            }
        }
        return new Read(values, texts, Map.of());
    }

    /** The parser stands at the object's end afterwards. */
    private static void object(JsonParser parser, Node node, Map<String, Object> values, Map<String, String> texts)
            throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            Node named = node.inner.get(parser.currentName());
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_OBJECT && named != null && !named.inner.isEmpty()) {
                object(parser, named, values, texts);
            } else if (token.isStructStart()) {
                parser.skipChildren();
            } else if (token != JsonToken.VALUE_NULL && named != null && named.path != null) {
                values.put(named.path, scalar(parser, token));
                texts.put(named.path, parser.getText());
            } else if (token == JsonToken.VALUE_STRING) {
                parser.finishToken();
            }
        }
    }

    private static Object scalar(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT ->
                switch (parser.getNumberType()) {
                    case INT, LONG -> (Object) parser.getLongValue();
                    case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> finite(parser.getDoubleValue());
                };
            case VALUE_NUMBER_FLOAT -> finite(parser.getDoubleValue());
            default -> parser.getText();
        };
    }

    private static double finite(double number) throws IOException {
        if (!Double.isFinite(number)) {
            throw new IOException("a number is beyond the range of double");
        }
        return number;
    }
}
