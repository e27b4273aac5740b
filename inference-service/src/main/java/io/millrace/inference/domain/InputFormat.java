package io.millrace.inference.domain;

import java.util.Optional;

/**
 * How the records of an input topic are written.
 *
 * @param schema the schema file that came with the definition; JSON has none
 * @param message full name of the Protobuf message; empty where the records or the schema leave no choice
 */
public record InputFormat(Encoding encoding, Optional<Schema> schema, String message, Framing framing) {
    /** Plain JSON objects. */
    public static final InputFormat JSON =
            new InputFormat(Encoding.JSON, Optional.empty(), "", Framing.WHERE_CONFIGURED);

    /** The encodings, written in lower case in definitions. */
    public enum Encoding {
        JSON,
        AVRO,
        PROTOBUF
    }

    /** Whether records begin with the five bytes that name their schema in a registry. */
    public enum Framing {
        /** Where the service has a registry. */
        WHERE_CONFIGURED,
        REGISTRY,
        NONE
    }

    /** A schema file by its name without a folder; its text, or where it is compiled, its bytes in base64. */
    public record Schema(String name, String content) {}
}
