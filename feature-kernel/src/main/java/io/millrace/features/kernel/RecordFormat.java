package io.millrace.features.kernel;

import java.util.Optional;

/**
 * How the records of a topic are written.
 *
 * @param schema the schema file beside the view; where there is none, a JSON record needs none and the others name theirs in a registry
 * @param message full name of the Protobuf message; "" where the records name it, or where the schema has only one
 */
public record RecordFormat(Encoding encoding, Optional<SchemaFile> schema, String message, Framing framing) {
    /** Plain JSON objects. */
    public static final RecordFormat JSON =
            new RecordFormat(Encoding.JSON, Optional.empty(), "", Framing.WHERE_CONFIGURED);

    /** The encodings, written in lower case in definitions. */
    public enum Encoding {
        JSON,
        AVRO,
        PROTOBUF
    }

    /** Whether records begin with the five bytes that name their schema in a registry: 0 and the schema's id, big-endian. */
    public enum Framing {
        /** Where the service has a registry. */
        WHERE_CONFIGURED,
        REGISTRY,
        NONE
    }

    /**
     * A schema file.
     *
     * @param name its name without a folder; it ends in {@code .avsc}, {@code .proto} or {@code .desc}
     * @param content its text; of a {@code .desc} (a FileDescriptorSet) the bytes in base64
     */
    public record SchemaFile(String name, String content) {}
}
