package io.millrace.registry.app.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import io.millrace.registry.domain.validation.JsonText;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** JSON for the rule engine, with Jackson. */
public final class JacksonText implements JsonText {
    private static final JsonFactory FACTORY = JsonLimits.factory(50);
    private static final PlainJson WRITER = new PlainJson(map -> map, JacksonText::leaf);

    @Override
    public Optional<Object> read(String text) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                return Optional.empty();
            }
            Object value = JsonRows.value(parser);
            return parser.nextToken() == null ? Optional.ofNullable(value) : Optional.empty();
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }

    @Override
    public String write(@Nullable Object value) {
        return WRITER.write(value);
    }

    private static void leaf(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case Long number -> json.writeNumber(number);
            case BigInteger number -> json.writeNumber(number);
            case BigDecimal number -> json.writeNumber(number);
            case Double number when Double.isFinite(number) -> json.writeNumber(number);
            default -> json.writeString(value.toString());
        }
    }
}
