package io.millrace.registry.app.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.gate.Refusal;
import io.millrace.registry.app.RegistryReason;
import io.millrace.registry.domain.validation.Dialect;
import io.millrace.registry.domain.validation.Rows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows from a JSON array of objects, or from objects one after another (newline-delimited JSON). */
public final class JsonRows implements Rows {
    private static final JsonFactory FACTORY = JsonLimits.factory(50);
    private static final int MAX_COLUMNS = 10_000;

    private final JsonParser parser;
    private final List<String> columns = new ArrayList<>();
    private final Map<String, Integer> indexes = new HashMap<>();
    private boolean begun;
    private boolean inArray;
    private long row = -1;

    private JsonRows(JsonParser parser) {
        this.parser = parser;
    }

    /** Reads UTF-8 bytes. */
    public static RowData of(byte[] bytes) {
        return () -> {
            try {
                return new JsonRows(FACTORY.createParser(bytes));
            } catch (IOException e) {
                throw new UncheckedIOException("reading from memory failed", e);
            }
        };
    }

    @Override
    public Dialect dialect() {
        return Dialect.JSON;
    }

    @Override
    public List<String> columns() {
        return columns;
    }

    @Override
    public @Nullable Object @Nullable [] next() {
        row++;
        try {
            JsonToken token = parser.nextToken();
            if (!begun) {
                begun = true;
                if (token == JsonToken.START_ARRAY) {
                    inArray = true;
                    token = parser.nextToken();
                }
            }
            if (inArray && token == JsonToken.END_ARRAY) {
                if (parser.nextToken() != null) {
                    throw unreadable("something follows the array of rows", null);
                }
                return null;
            }
            if (token == null && !inArray) {
                return null;
            }
            if (token != JsonToken.START_OBJECT) {
                throw unreadable("row " + row + " is no object", null);
            }
            return object();
        } catch (JsonProcessingException e) {
            throw unreadable("row " + row + " is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw unreadable("row " + row + " is not UTF-8 text", e);
        }
    }

    @Override
    public void close() {
        try {
            parser.close();
        } catch (IOException e) {
            throw new UncheckedIOException("closing a reader of memory failed", e);
        }
    }

    private @Nullable Object[] object() throws IOException {
        @Nullable Object[] cells = new Object[columns.size()];
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            int index = index(parser.currentName());
            if (index >= cells.length) {
                cells = Arrays.copyOf(cells, Math.max(index + 1, cells.length + 8));
            }
            parser.nextToken();
            cells[index] = value(parser);
        }
        return cells.length > columns.size() ? Arrays.copyOf(cells, columns.size()) : cells;
    }

    private int index(String name) {
        Integer known = indexes.get(name);
        if (known != null) {
            return known;
        }
        if (columns.size() >= MAX_COLUMNS) {
            throw unreadable("the rows have more than " + MAX_COLUMNS + " different columns", null);
        }
        indexes.put(name, columns.size());
        columns.add(name);
        return columns.size() - 1;
    }

    /** The value at which the parser stands. */
    static @Nullable Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                var map = new LinkedHashMap<String, @Nullable Object>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    map.put(name, value(parser));
                }
                yield map;
            }
            case START_ARRAY -> {
                var list = new ArrayList<@Nullable Object>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            default -> JsonLimits.scalar(parser);
        };
    }

    private static Refusal unreadable(String message, @Nullable Throwable cause) {
        return new Refusal(RegistryReason.ROWS_UNREADABLE, message, cause);
    }
}
