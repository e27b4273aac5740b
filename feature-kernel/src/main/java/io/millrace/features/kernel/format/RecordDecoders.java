package io.millrace.features.kernel.format;

import com.google.protobuf.Descriptors.Descriptor;
import io.millrace.features.kernel.RecordFormat;
import io.millrace.features.kernel.RecordFormat.Encoding;
import io.millrace.features.kernel.RecordFormat.Framing;
import io.millrace.features.kernel.RecordFormat.SchemaFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.avro.Schema;

/** Makes decoders of what definitions say, and checks that before it is applied. */
public final class RecordDecoders {
    private RecordDecoders() {}

    /**
     * A decoder of the fields.
     *
     * @param fields paths of names with dots between them
     * @param registry the service's; empty where it has none
     * @param maxDepth levels of nesting that a record may have
     * @throws IllegalArgumentException for JSON, which has a reader of its own
     * @throws InvalidSchemaException where the format cannot be read so: {@link #faults} says it before
     */
    public static RecordDecoder of(
            RecordFormat format, List<String> fields, Optional<SchemaRegistry> registry, int maxDepth) {
        List<List<String>> paths = fields.stream().map(RecordDecoders::path).toList();
        Optional<SchemaRegistry> used = isFramed(format, registry) ? registry : Optional.empty();
        if (used.isEmpty() && (format.schema().isEmpty() || format.framing() == Framing.REGISTRY)) {
            throw new InvalidSchemaException(
                    "its records name their schemas in a registry, and this service has none (schema-registry.url)");
        }
        return switch (format.encoding()) {
            case JSON -> throw new IllegalArgumentException("JSON is not read by a decoder");
            case AVRO -> new AvroDecoder(format.schema().map(RecordDecoders::avro), used, paths, maxDepth);
            case PROTOBUF ->
                new ProtobufDecoder(
                        format.schema().map(file -> protobuf(file, format.message())),
                        format.message(),
                        used,
                        paths,
                        maxDepth);
        };
    }

    /** Whether records begin with the head that names their schema. */
    public static boolean isFramed(RecordFormat format, Optional<SchemaRegistry> registry) {
        return switch (format.framing()) {
            case NONE -> false;
            case REGISTRY -> true;
            case WHERE_CONFIGURED -> registry.isPresent();
        };
    }

    /** What is wrong with a format by itself and with the fields that a view takes from it; empty where nothing is known to be. */
    public static List<String> faults(RecordFormat format, List<String> fields) {
        var faults = new ArrayList<String>();
        try {
            format.schema().ifPresent(file -> {
                Predicate<List<String>> has = has(format, file);
                fields.stream()
                        .filter(field -> !has.test(path(field)))
                        .forEach(field -> faults.add("'" + file.name() + "' has no field '" + field + "'"));
            });
        } catch (InvalidSchemaException e) {
            faults.add("'" + format.schema().map(SchemaFile::name).orElse("") + "': " + e.getMessage());
        }
        return faults;
    }

    private static Predicate<List<String>> has(RecordFormat format, SchemaFile file) {
        if (format.encoding() == Encoding.AVRO) {
            Schema schema = avro(file);
            return path -> AvroSchemas.at(schema, path) != null;
        }
        Descriptor message = protobuf(file, format.message());
        return path -> !ProtoValues.fields(message, path).isEmpty();
    }

    private static Schema avro(SchemaFile file) {
        return AvroSchemas.parse(file.content(), List.of());
    }

    private static Descriptor protobuf(SchemaFile file, String message) {
        return ProtoSchemas.message(
                file.name().endsWith(".desc")
                        ? ProtoSchemas.descriptors(file.content())
                        : ProtoSchemas.compile(file.content(), List.of()),
                message);
    }

    private static List<String> path(String field) {
        return List.of(field.split("\\.", -1));
    }
}
