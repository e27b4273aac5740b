package io.millrace.registry.app.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.definitions.Place;
import io.millrace.definitions.Tree;
import io.millrace.registry.app.data.JsonLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Optional;

/** Reads JSON into trees with places; bounded in depth, text and number length like rows are. */
final class JsonTrees {
    private static final JsonFactory FACTORY = JsonLimits.factory(50);

    private final String file;
    private final DocumentFaults faults;

    private JsonTrees(String file, DocumentFaults faults) {
        this.file = file;
        this.faults = faults;
    }

    /** The one value of the text; what cannot be read is a fault. */
    static Optional<Tree> read(String file, String content, DocumentFaults faults) {
        var reader = new JsonTrees(file, faults);
        try (JsonParser parser = FACTORY.createParser(content)) {
            if (parser.nextToken() == null) {
                faults.add("", new Place(file, 1, 1), "the document is empty");
                return Optional.empty();
            }
            Tree tree = reader.value(parser);
            if (parser.nextToken() != null) {
                faults.add("", reader.place(parser), "expected the end of the document");
            }
            return Optional.of(tree);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            Place place = at == null ? new Place(file, 1, 1) : new Place(file, at.getLineNr(), at.getColumnNr());
            faults.add("", place, "not JSON: " + e.getOriginalMessage());
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    private Tree value(JsonParser parser) throws IOException {
        Place place = place(parser);
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> object(place, parser);
            case START_ARRAY -> array(place, parser);
            default -> {
                Object plain = JsonLimits.scalar(parser);
                yield new Tree.Scalar(place, plain, parser.getText(), token == JsonToken.VALUE_STRING);
            }
        };
    }

    private Tree object(Place place, JsonParser parser) throws IOException {
        var entries = new LinkedHashMap<String, Tree.Entry>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            Place keyPlace = place(parser);
            parser.nextToken();
            if (entries.putIfAbsent(key, new Tree.Entry(keyPlace, value(parser))) != null) {
                faults.add(key, keyPlace, "key '" + key + "' stands twice");
            }
        }
        return new Tree.Mapping(place, entries);
    }

    private Tree array(Place place, JsonParser parser) throws IOException {
        var items = new ArrayList<Tree>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(parser));
        }
        return new Tree.Sequence(place, items);
    }

    private Place place(JsonParser parser) {
        JsonLocation at = parser.currentTokenLocation();
        return new Place(file, at.getLineNr(), at.getColumnNr());
    }
}
