package io.millrace.features.kernel.format;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.jspecify.annotations.Nullable;

/** Reads and looks into Avro schemas. */
final class AvroSchemas {
    private static final int MAX_CHARACTERS = 1 << 20;

    private AvroSchemas() {}

    /**
     * Parses a schema of a record.
     *
     * @param references schemas that it builds on, in their order
     * @throws InvalidSchemaException where it is none
     */
    static Schema parse(String text, List<SchemaRegistry.Reference> references) {
        if (text.length() > MAX_CHARACTERS) {
            throw new InvalidSchemaException("the schema is longer than " + MAX_CHARACTERS + " characters");
        }
        try {
            var parser = new Schema.Parser();
            references.forEach(reference -> parser.parse(reference.text()));
            Schema schema = parser.parse(text);
            if (schema.getType() != Schema.Type.RECORD) {
                throw new InvalidSchemaException(
                        "the schema must be a record, is " + schema.getType().getName());
            }
            return schema;
        } catch (AvroRuntimeException e) {
            throw new InvalidSchemaException("no Avro schema: " + firstLine(e));
        } catch (StackOverflowError e) {
            throw new InvalidSchemaException("the schema is nested too deeply");
        }
    }

    private static String firstLine(AvroRuntimeException e) {
        String text = e instanceof SchemaParseException || e.getMessage() != null
                ? String.valueOf(e.getMessage())
                : e.toString();
        String line = text.lines().findFirst().orElse("");
        return line.length() <= 200 ? line : line.substring(0, 200) + "…";
    }

    /** The record with those of its fields alone that a view uses, so that the rest is skipped and not built. */
    static Schema pruned(Schema record, List<String> topLevel) {
        var fields = new ArrayList<Schema.Field>();
        for (Schema.Field field : record.getFields()) {
            if (topLevel.contains(field.name())) {
                fields.add(new Schema.Field(field, field.schema()));
            }
        }
        Schema pruned =
                Schema.createRecord(record.getName(), record.getDoc(), record.getNamespace(), record.isError(), fields);
        record.getAliases().forEach(pruned::addAlias);
        return pruned;
    }

    /** The schema of a field by its path; null where the record has none. Of a union with null the other type. */
    static @Nullable Schema at(Schema record, List<String> path) {
        Schema at = record;
        for (String name : path) {
            Schema inside = withoutNull(at);
            Schema.Field field = inside.getType() == Schema.Type.RECORD ? inside.getField(name) : null;
            if (field == null) {
                return null;
            }
            at = field.schema();
        }
        return withoutNull(at);
    }

    private static Schema withoutNull(Schema schema) {
        if (schema.getType() != Schema.Type.UNION) {
            return schema;
        }
        List<Schema> others = schema.getTypes().stream()
                .filter(type -> type.getType() != Schema.Type.NULL)
                .toList();
        return others.size() == 1 ? others.getFirst() : schema;
    }
}
