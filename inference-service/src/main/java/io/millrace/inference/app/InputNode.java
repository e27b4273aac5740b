package io.millrace.inference.app;

import io.millrace.definitions.MapNode;
import io.millrace.features.kernel.RecordFormat;
import io.millrace.features.kernel.definition.FormatNode;
import io.millrace.features.kernel.definition.SchemaFiles;
import io.millrace.features.kernel.format.RecordDecoders;
import io.millrace.inference.domain.InputFormat;
import io.millrace.inference.domain.Pipeline.ContractReference;
import io.millrace.inference.domain.Pipeline.Input;
import io.millrace.inference.domain.Pipeline.Start;
import io.millrace.inference.domain.Pipeline.TimestampUnit;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the {@code input} of a pipeline or of labels. The format of records is read as that of feature views: by the kernel, with the schema file that lies beside the definition. */
public final class InputNode {
    private final SchemaFiles schemas;
    private @Nullable MapNode node;
    private RecordFormat format = RecordFormat.JSON;
    private Input input = new Input("", InputFormat.JSON, "", TimestampUnit.RFC3339, Start.EARLIEST, Optional.empty());

    public InputNode(SchemaFiles schemas) {
        this.schemas = schemas;
    }

    /** Reads the map of that key. */
    public Input read(MapNode read) {
        node = read;
        String topic = read.string("topic", PipelineReader.TOPIC, PipelineReader.TOPIC_EXPECTATION);
        format = FormatNode.read(read, schemas);
        Map.Entry<String, TimestampUnit> timestamp = PipelineReader.required(read, "timestamp", InputNode::timestamp)
                .orElseGet(() -> Map.entry("", TimestampUnit.RFC3339));
        Start start = read.optionalEnum("start", Start.class).orElse(Start.EARLIEST);
        Optional<ContractReference> contract = read.optionalMap("contract").map(at -> {
            var reference = new ContractReference(at.string("domain"), at.string("name"));
            at.refuseUnknownKeys();
            return reference;
        });
        if (contract.isPresent() && format.encoding() != RecordFormat.Encoding.JSON) {
            read.fault("contract", "events are checked against contracts in format json alone");
        }
        read.refuseUnknownKeys();
        input = new Input(topic, InputFormats.of(format), timestamp.getKey(), timestamp.getValue(), start, contract);
        return input;
    }

    private static Map.Entry<String, TimestampUnit> timestamp(MapNode at) {
        String field = at.string("field", PipelineReader.FIELD, PipelineReader.FIELD_EXPECTATION);
        TimestampUnit unit = at.optionalEnum("unit", TimestampUnit.class).orElse(TimestampUnit.RFC3339);
        at.refuseUnknownKeys();
        return Map.entry(field, unit);
    }

    /** Adds fields that the schema does not have. */
    void checkFields(String key, Collection<String> entity, Collection<String> request) {
        var fields = new LinkedHashSet<>(List.of(key));
        fields.addAll(entity);
        fields.addAll(request);
        checkFields(fields);
    }

    /** Adds those of the fields, and of the timestamp's, that the schema does not have. */
    public void checkFields(Collection<String> used) {
        if (node == null || input.format().schema().isEmpty()) {
            return;
        }
        var fields = new LinkedHashSet<>(used);
        fields.add(input.timestampField());
        fields.remove("");
        for (String fault : RecordDecoders.faults(format, List.copyOf(fields))) {
            node.fault("schema", fault);
        }
    }

    /** What was read; neutral where there was nothing. */
    public Input input() {
        return input;
    }

    public String topic() {
        return input.topic();
    }

    /** The definition's text with the schema that it names behind it. */
    public String kept(String yaml) {
        return SchemaFiles.kept(yaml, format);
    }
}
