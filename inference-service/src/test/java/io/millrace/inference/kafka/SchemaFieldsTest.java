package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.features.kernel.format.InvalidSchemaException;
import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.features.kernel.format.SchemaRegistryUnavailableException;
import io.millrace.inference.app.DeadLetterReason;
import io.millrace.inference.app.PipelineReader;
import io.millrace.inference.domain.Pipeline;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaFieldsTest {
    private static final SchemaRegistry REGISTRY = id -> switch (id) {
        case 7 -> Optional.of(new SchemaRegistry.Registered("AVRO", Clicks.AVRO, List.of()));
        case 8 -> throw new SchemaRegistryUnavailableException("the registry is away", null);
        default -> Optional.empty();
    };

    @ParameterizedTest
    @ValueSource(strings = {"json", "avro", "protobuf"})
    void fieldsInsideOfFieldsAreReadInEveryFormat(String format) {
        byte[] record =
                switch (format) {
                    case "avro" -> Clicks.avro("a", 21);
                    case "protobuf" -> Clicks.protobuf("a", 21);
                    default ->
                        "{\"who\":{\"id\":\"a\",\"at\":1},\"at\":1700000000123,\"amount\":21}"
                                .getBytes(StandardCharsets.UTF_8);
                };

        assertThat(decoder(format, "none", Optional.empty()).decode(record))
                .isInstanceOfSatisfying(DecodedEvent.Event.class, event -> {
                    assertThat(event.key()).isEqualTo("a");
                    assertThat(event.timestampMicros()).isEqualTo(1_700_000_000_123_000L);
                    assertThat(event.row().fields())
                            .containsEntry("who.id", "a")
                            .containsEntry("amount", 21L);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"avro", "protobuf"})
    void whatIsCutOffOrSomethingElseIsUndecodableAndATombstoneStaysOne(String format) {
        EventDecoder decoder = decoder(format, "none", Optional.empty());
        byte[] whole = format.equals("avro") ? Clicks.avro("a", 21) : Clicks.protobuf("a", 21);

        assertFaulty(decoder, Arrays.copyOf(whole, whole.length - 1), DeadLetterReason.UNDECODABLE);
        assertFaulty(decoder, "{\"id\":1}".getBytes(StandardCharsets.UTF_8), DeadLetterReason.UNDECODABLE);
        assertThat(decoder.decode(null))
                .isInstanceOfSatisfying(DecodedEvent.Faulty.class, faulty -> assertThat(faulty.reason())
                        .isEqualTo(DeadLetterReason.TOMBSTONE));
    }

    @Test
    void aRegistryNamesTheSchemaAndWhatItDoesNotKnowIsADeadLetter() {
        EventDecoder decoder = decoder("avro", "registry", Optional.of(REGISTRY));

        assertThat(decoder.decode(Clicks.framed(7, Clicks.avro("b", 3))))
                .isInstanceOfSatisfying(DecodedEvent.Event.class, event -> assertThat(event.key())
                        .isEqualTo("b"));
        assertFaulty(decoder, Clicks.framed(9, Clicks.avro("b", 3)), DeadLetterReason.UNDECODABLE);
        assertFaulty(decoder, Clicks.avro("b", 3), DeadLetterReason.UNDECODABLE);
    }

    @Test
    void aRegistryThatDoesNotAnswerIsNoFaultOfTheRecord() {
        EventDecoder decoder = decoder("avro", "registry", Optional.of(REGISTRY));

        assertThatThrownBy(() -> decoder.decode(Clicks.framed(8, Clicks.avro("b", 3))))
                .isInstanceOf(SchemaRegistryUnavailableException.class);
        assertThatThrownBy(() -> decoder("avro", "registry", Optional.empty()))
                .isInstanceOf(InvalidSchemaException.class);
    }

    private static void assertFaulty(EventDecoder decoder, byte[] record, DeadLetterReason reason) {
        assertThat(decoder.decode(record))
                .isInstanceOfSatisfying(DecodedEvent.Faulty.class, faulty -> assertThat(faulty.reason())
                        .isEqualTo(reason));
    }

    private static EventDecoder decoder(String format, String framing, Optional<SchemaRegistry> registry) {
        return new EventDecoder(pipeline("clicks", "in", "out", format, framing), 100_000, registry);
    }

    /** A pipeline over {@link Clicks}, with its schema file beside it. */
    static Pipeline pipeline(String name, String input, String output, String format, String framing) {
        var faults = new Faults();
        List<Pipeline> pipelines = PipelineReader.read(files(name, input, output, format, framing), faults);
        faults.throwIfAny();
        return pipelines.getFirst();
    }

    static List<DefinitionFile> files(String name, String input, String output, String format, String framing) {
        String schema = format.equals("avro") ? "schema: click.avsc," : "schema: click.proto,";
        return List.of(
                new DefinitionFile("click.avsc", Clicks.AVRO),
                new DefinitionFile("click.proto", Clicks.PROTO),
                new DefinitionFile("clicks.yaml", """
                        kind: Pipeline
                        name: %s
                        input:
                          {topic: %s, format: %s, %s timestamp: {field: at, unit: ms}}
                        key: who.id
                        request: {who.id: string, amount: int64}
                        model: {name: fake}
                        output: {topic: %s}
                        """.formatted(
                                name,
                                input,
                                format,
                                format.equals("json") ? "" : schema + " framing: " + framing + ",",
                                output)));
    }
}
