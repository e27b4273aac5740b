package io.millrace.inference.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.millrace.inference.domain.NamedValues;
import io.millrace.inference.domain.NamedValues.Names;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one JSON object a record, bounded whatever the bytes are: depth 64, numbers of 100 characters, names of 1,000. */
final class JsonFields implements EventFields {
    private final Node root = new Node();
    private final Names names;
    private final Names textNames;
    private final JsonFactory json;

    /** A name on the way to a field. */
    private static final class Node {
        final Map<String, Node> inner = new HashMap<>();

        /** The field's place among the values; −1 where the name is only on the way to others. */
        int value = -1;

        /** The field's place among the texts; −1 where its text is not asked for. */
        int text = -1;
    }

    /** What is read of one record. */
    private record Row(@Nullable Object[] values, @Nullable String[] texts) {}

    /**
     * A reader of some fields.
     *
     * @param texts those of the paths whose text is wanted, too
     */
    JsonFields(Collection<String> paths, Collection<String> texts, int maxBytes) {
        this.names = Names.of(paths);
        this.textNames = Names.of(texts);
        for (String path : paths) {
            Node node = root;
            for (String name : path.split("\\.", -1)) {
                node = node.inner.computeIfAbsent(name, _ -> new Node());
            }
            node.value = names.place(path);
            node.text = textNames.place(path);
        }
        this.json = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(64)
                        .maxNumberLength(100)
                        .maxNameLength(1_000)
                        .maxStringLength(maxBytes)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .build();
    }

    @Override
    public Read read(byte[] record) throws IOException {
        var row = new Row(new @Nullable Object[names.size()], new @Nullable String[textNames.size()]);
        try (JsonParser parser = json.createParser(record)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            object(parser, root, row);
            if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                throw new IOException("more than one JSON object");
            }
        }
        return new Read(new NamedValues<>(names, row.values()), new NamedValues<>(textNames, row.texts()), Map.of());
    }

    /** The parser stands at the object's end afterwards. */
    private static void object(JsonParser parser, Node node, Row row) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            Node named = node.inner.get(parser.currentName());
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_OBJECT && named != null && !named.inner.isEmpty()) {
                object(parser, named, row);
            } else if (token.isStructStart()) {
                parser.skipChildren();
            } else if (token != JsonToken.VALUE_NULL && named != null && named.value >= 0) {
                row.values()[named.value] = scalar(parser, token);
                if (named.text >= 0) {
                    row.texts()[named.text] = whole(parser.getText());
                }
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
            default -> whole(parser.getText());
        };
    }

    /** Half a character, which JSON can escape, has no UTF-8 form: no prediction could carry it. */
    private static String whole(String text) throws IOException {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isSurrogatePair(text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : 0)) {
                    throw new IOException("a text has half a character");
                }
                i++;
            }
        }
        return text;
    }

    private static double finite(double number) throws IOException {
        if (!Double.isFinite(number)) {
            throw new IOException("a number is beyond the range of double");
        }
        return number;
    }
}
