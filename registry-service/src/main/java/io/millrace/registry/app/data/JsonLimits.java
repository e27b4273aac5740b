package io.millrace.registry.app.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.millrace.registry.domain.validation.Casts;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Bounds of all JSON that the registry reads, and how its single values become cells. */
public final class JsonLimits {
    private static final int MAX_NUMBER = 400;
    private static final int MAX_TEXT = 1 << 20;
    private static final int MAX_NAME = 10_000;

    private JsonLimits() {}

    /** A factory whose parsers refuse deeper nesting, numbers of more than 400 digits and texts of more than 1 Mi characters. */
    public static JsonFactory factory(int depth) {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(depth)
                        .maxNumberLength(MAX_NUMBER)
                        .maxStringLength(MAX_TEXT)
                        .maxNameLength(MAX_NAME)
                        .build())
                .build();
    }

    /** The single value at which the parser stands: String, Long, BigDecimal, Boolean or null; a number too large for any sum is its text. */
    public static @Nullable Object scalar(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case VALUE_NULL -> null;
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                String text = parser.getText();
                yield Casts.parseNumber(text).orElse(text);
            }
            default -> parser.getText();
        };
    }
}
