package io.millrace.inference.engine.xgboost;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads XGBoost's model files, JSON and UBJSON (Draft 12 with its typed, counted arrays), into maps, lists, strings and, where all elements are numbers, {@code double[]}. A number with a
 * fraction or exponent is read as a float, because XGBoost wrote a float, and then widened.
 */
final class XgboostFile {
    private static final int MAX_DEPTH = 32;

    /** What no prediction needs: left out, so that a large model takes no more room than its trees. */
    private static final Set<String> SKIPPED = Set.of("base_weights", "loss_changes", "parents", "attributes");

    private XgboostFile() {}

    /**
     * The document of a file.
     *
     * @throws IOException where it is neither, with what is wrong
     */
    static Map<?, ?> read(ByteBuffer content) throws IOException {
        ByteBuffer bytes = content.duplicate().order(ByteOrder.BIG_ENDIAN);
        // Behind the brace JSON has a quote or white space; UBJSON has the mark of a key's length.
        boolean binary = bytes.remaining() > 1
                && bytes.get(bytes.position()) == '{'
                && Ubjson.isCount(bytes.get(bytes.position() + 1));
        Object document;
        try {
            document = binary ? new Ubjson(bytes).value(bytes.get(), 0) : json(bytes);
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new IOException("it ends too early", e);
        }
        if (document instanceof Map<?, ?> map) {
            return map;
        }
        throw new IOException("it is no object");
    }

    private static @Nullable Object json(ByteBuffer bytes) throws IOException {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .build())
                .build();
        try (JsonParser parser =
                factory.createParser(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining())) {
            parser.nextToken();
            Object document = json(parser);
            if (parser.nextToken() != null) {
                throw new IOException("something stands behind its end");
            }
            return document;
        }
    }

    private static @Nullable Object json(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                var map = new HashMap<String, @Nullable Object>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String key = parser.currentName();
                    parser.nextToken();
                    if (SKIPPED.contains(key)) {
                        parser.skipChildren();
                    } else {
                        map.put(key, json(parser));
                    }
                }
                yield map;
            }
            case START_ARRAY -> {
                var array = new Elements();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    if (parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
                        array.add(Float.parseFloat(parser.getText()));
                    } else if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                        array.add((double) parser.getLongValue());
                    } else {
                        array.add(json(parser));
                    }
                }
                yield array.finished();
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> (double) parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> (double) Float.parseFloat(parser.getText());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case null -> throw new IOException("it is empty");
            default -> throw new IOException("it is no JSON at " + parser.currentLocation());
        };
    }

    /** An array that is packed as long as it holds numbers alone. */
    private static final class Elements {
        private double[] numbers = new double[16];
        private int count;
        private @Nullable List<@Nullable Object> others;

        void add(double number) {
            if (others != null) {
                others.add(number);
                return;
            }
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, count * 2);
            }
            numbers[count++] = number;
        }

        void add(@Nullable Object other) {
            if (other instanceof Double number) {
                add(number.doubleValue());
                return;
            }
            List<@Nullable Object> list = others;
            if (list == null) {
                list = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    list.add(numbers[i]);
                }
                others = list;
            }
            list.add(other);
        }

        Object finished() {
            return others == null ? Arrays.copyOf(numbers, count) : others;
        }
    }

    /** Universal Binary JSON, big-endian. */
    private record Ubjson(ByteBuffer bytes) {
        static boolean isCount(byte mark) {
            return switch (mark) {
                case 'i', 'U', 'I', 'l', 'L' -> true;
                default -> false;
            };
        }

        @Nullable
        Object value(byte mark, int depth) throws IOException {
            if (depth > MAX_DEPTH) {
                throw new IOException("it is nested deeper than " + MAX_DEPTH);
            }
            return switch (mark) {
                case '{' -> object(depth);
                case '[' -> array(depth);
                case 'S' -> text(bytes.get());
                case 'C' -> String.valueOf((char) bytes.get());
                case 'T' -> true;
                case 'F' -> false;
                case 'Z' -> null;
                default -> number(mark);
            };
        }

        private Map<String, @Nullable Object> object(int depth) throws IOException {
            var map = new HashMap<String, @Nullable Object>();
            for (byte mark = bytes.get(); mark != '}'; mark = bytes.get()) {
                String key = text(mark);
                Object value = value(bytes.get(), depth + 1);
                if (!SKIPPED.contains(key)) {
                    map.put(key, value);
                }
            }
            return map;
        }

        private Object array(int depth) throws IOException {
            byte mark = bytes.get();
            byte type = 0;
            if (mark == '$') {
                type = bytes.get();
                mark = bytes.get();
                if (mark != '#') {
                    throw new IOException("an array of one type has no count");
                }
            }
            var elements = new Elements();
            if (mark == '#') {
                int count = count(bytes.get());
                if (type != 0 && width(type) > bytes.remaining() / Math.max(1, count)) {
                    throw new IOException(
                            "an array has " + count + " elements, but " + bytes.remaining() + " bytes follow");
                }
                for (int i = 0; i < count; i++) {
                    elements.add(type == 0 ? value(bytes.get(), depth + 1) : (Object) number(type));
                }
            } else {
                for (; mark != ']'; mark = bytes.get()) {
                    elements.add(value(mark, depth + 1));
                }
            }
            return elements.finished();
        }

        private double number(byte type) throws IOException {
            return switch (type) {
                case 'i' -> bytes.get();
                case 'U' -> Byte.toUnsignedInt(bytes.get());
                case 'I' -> bytes.getShort();
                case 'l' -> bytes.getInt();
                case 'L' -> bytes.getLong();
                case 'd' -> bytes.getFloat();
                case 'D' -> (float) bytes.getDouble();
                default -> throw new IOException("'" + (char) type + "' is no mark of UBJSON that is known");
            };
        }

        private static int width(byte type) {
            return switch (type) {
                case 'I' -> Short.BYTES;
                case 'l', 'd' -> Integer.BYTES;
                case 'L', 'D' -> Long.BYTES;
                default -> 1;
            };
        }

        private int count(byte mark) throws IOException {
            double count = isCount(mark) ? number(mark) : -1;
            if (count < 0 || count > bytes.remaining()) {
                throw new IOException("a length of " + count + " with " + bytes.remaining() + " bytes left");
            }
            return (int) count;
        }

        private String text(byte mark) throws IOException {
            byte[] text = new byte[count(mark)];
            bytes.get(text);
            return new String(text, StandardCharsets.UTF_8);
        }
    }
}
