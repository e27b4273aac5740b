package io.millrace.registry.app.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Writes Map, List, Boolean and null, nested, as JSON without white space; the order of keys and the rest are the caller's. */
public final class PlainJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final UnaryOperator<Map<?, ?>> order;
    private final Leaf leaf;

    /** Writes numbers, texts and whatever else there is. */
    @FunctionalInterface
    public interface Leaf {
        void write(JsonGenerator json, Object value) throws IOException;
    }

    /**
     * @param order the same map with its keys in the order that they are written in
     */
    public PlainJson(UnaryOperator<Map<?, ?>> order, Leaf leaf) {
        this.order = order;
        this.leaf = leaf;
    }

    public String write(@Nullable Object plain) {
        var text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            write(json, plain);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private void write(JsonGenerator json, @Nullable Object plain) throws IOException {
        switch (plain) {
            case null -> json.writeNull();
            case Map<?, ?> map -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> entry : order.apply(map).entrySet()) {
                    json.writeFieldName(String.valueOf(entry.getKey()));
                    write(json, entry.getValue());
                }
                json.writeEndObject();
            }
            case List<?> list -> {
                json.writeStartArray();
                for (Object item : list) {
                    write(json, item);
                }
                json.writeEndArray();
            }
            case Boolean truth -> json.writeBoolean(truth);
            default -> leaf.write(json, plain);
        }
    }
}
