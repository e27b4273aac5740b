package io.millrace.inference.app;

import io.millrace.features.kernel.RecordFormat;
import io.millrace.inference.domain.InputFormat;

/** Formats of pipelines as the feature kernel's, which reads and decodes them, and back. */
public final class InputFormats {
    private InputFormats() {}

    static InputFormat of(RecordFormat format) {
        return new InputFormat(
                switch (format.encoding()) {
                    case JSON -> InputFormat.Encoding.JSON;
                    case AVRO -> InputFormat.Encoding.AVRO;
                    case PROTOBUF -> InputFormat.Encoding.PROTOBUF;
                },
                format.schema().map(file -> new InputFormat.Schema(file.name(), file.content())),
                format.message(),
                switch (format.framing()) {
                    case WHERE_CONFIGURED -> InputFormat.Framing.WHERE_CONFIGURED;
                    case REGISTRY -> InputFormat.Framing.REGISTRY;
                    case NONE -> InputFormat.Framing.NONE;
                });
    }

    /** What the kernel's decoders are made of. */
    public static RecordFormat decoded(InputFormat format) {
        return new RecordFormat(
                switch (format.encoding()) {
                    case JSON -> RecordFormat.Encoding.JSON;
                    case AVRO -> RecordFormat.Encoding.AVRO;
                    case PROTOBUF -> RecordFormat.Encoding.PROTOBUF;
                },
                format.schema().map(schema -> new RecordFormat.SchemaFile(schema.name(), schema.content())),
                format.message(),
                switch (format.framing()) {
                    case WHERE_CONFIGURED -> RecordFormat.Framing.WHERE_CONFIGURED;
                    case REGISTRY -> RecordFormat.Framing.REGISTRY;
                    case NONE -> RecordFormat.Framing.NONE;
                });
    }

    /** Whether records can be read only with a schema registry. */
    public static boolean needsRegistry(InputFormat format) {
        return format.encoding() != InputFormat.Encoding.JSON
                && (format.framing() == InputFormat.Framing.REGISTRY
                        || format.schema().isEmpty());
    }
}
