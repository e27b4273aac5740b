package io.millrace.features.kernel.definition;

import io.millrace.definitions.MapNode;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.JoinKey;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.RecordFormat;
import io.millrace.features.kernel.RecordFormat.Encoding;
import io.millrace.features.kernel.RecordFormat.Framing;
import io.millrace.features.kernel.RecordFormat.SchemaFile;
import io.millrace.features.kernel.format.RecordDecoders;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads how a topic's records are written: {@code format}, {@code schema}, {@code message} and {@code framing} of a source. */
public final class FormatNode {
    private static final Pattern MESSAGE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*){0,31}");

    private FormatNode() {}

    /** The format, plain JSON where nothing is said; faults are added to the node. */
    public static RecordFormat read(MapNode source, SchemaFiles files) {
        Encoding encoding = source.optionalEnum("format", Encoding.class).orElse(Encoding.JSON);
        Optional<SchemaFile> schema = Optional.empty();
        String message = "";
        if (source.has("schema")) {
            String name = SchemaFiles.name(source);
            if (!name.isEmpty() && isOf(encoding, name)) {
                schema = files.find(source, source.place().file(), name);
            } else if (!name.isEmpty()) {
                source.fault("schema", "'" + name + "' is no schema of format " + lower(encoding));
            }
        }
        if (source.has("message")) {
            message = source.string("message", MESSAGE, "the full name of a message");
            if (encoding != Encoding.PROTOBUF) {
                source.fault("message", "'message' has a meaning for format protobuf alone");
            }
        }
        Framing framing = framing(source);
        if (encoding != Encoding.JSON && framing == Framing.NONE && !source.has("schema")) {
            source.fault("framing", "records that name no schema need a 'schema' file beside this one");
        }
        return new RecordFormat(encoding, schema, message, framing);
    }

    private static Framing framing(MapNode source) {
        return switch (source.has("framing") ? source.string("framing") : "") {
            case "" -> Framing.WHERE_CONFIGURED;
            case "registry" -> Framing.REGISTRY;
            case "none" -> Framing.NONE;
            default -> {
                source.fault("framing", "'framing' must be registry or none");
                yield Framing.WHERE_CONFIGURED;
            }
        };
    }

    /** Adds what is wrong with the format of a topic and the fields that the view takes from it. */
    static void check(MapNode source, Source.Topic topic, List<JoinKey> joinKeys, List<EventField> used) {
        var fields = new LinkedHashSet<String>();
        joinKeys.forEach(key -> fields.add(key.field()));
        used.forEach(field -> fields.add(field.name()));
        if (!topic.isTimeOfRecord()) {
            fields.add(topic.timestampField());
        }
        RecordDecoders.faults(topic.format(), List.copyOf(fields)).forEach(fault -> source.fault("schema", fault));
    }

    private static boolean isOf(Encoding encoding, String name) {
        return switch (encoding) {
            case JSON -> false;
            case AVRO -> name.endsWith(".avsc");
            case PROTOBUF -> !name.endsWith(".avsc");
        };
    }

    private static String lower(Encoding encoding) {
        return encoding.name().toLowerCase(java.util.Locale.ROOT);
    }
}
