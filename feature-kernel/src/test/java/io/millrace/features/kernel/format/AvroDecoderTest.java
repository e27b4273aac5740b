package io.millrace.features.kernel.format;

import static io.millrace.features.kernel.format.Undecodable.assertFault;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.RecordFormat;
import io.millrace.features.kernel.RecordFormat.Encoding;
import io.millrace.features.kernel.RecordFormat.Framing;
import io.millrace.features.kernel.RecordFormat.SchemaFile;
import io.millrace.features.kernel.format.SchemaRegistry.Registered;
import io.millrace.features.kernel.format.UndecodableRecordException.Fault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AvroDecoderTest {
    private static final String SCHEMA = """
            {"type": "record", "name": "Click", "namespace": "shop", "fields": [
              {"name": "user", "type": "long"},
              {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
              {"name": "seen", "type": {"type": "long", "logicalType": "timestamp-micros"}},
              {"name": "amount", "type": ["null", "double"], "default": null},
              {"name": "small", "type": "float"},
              {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["VIEW", "BUY"]}},
              {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}},
              {"name": "hash", "type": {"type": "fixed", "name": "Hash", "size": 2}},
              {"name": "words", "type": {"type": "array", "items": "string"}},
              {"name": "counts", "type": {"type": "map", "values": "long"}},
              {"name": "where", "type": ["null", {"type": "record", "name": "Place", "fields": [
                {"name": "city", "type": ["null", "string"]}]}]}
            ]}
            """;

    private static RecordFormat format(String schema) {
        return new RecordFormat(
                Encoding.AVRO, Optional.of(new SchemaFile("click.avsc", schema)), "", Framing.WHERE_CONFIGURED);
    }

    private static RecordDecoder decoder(String schema, String... fields) {
        return RecordDecoders.of(format(schema), List.of(fields), Optional.empty(), 100);
    }

    private static GenericData.Record click() {
        Schema schema = AvroSchemas.parse(SCHEMA, List.of());
        var click = new GenericData.Record(schema);
        click.put("user", 1001L);
        click.put("at", 1_772_445_600_123L);
        click.put("seen", -1L);
        click.put("amount", 2.5);
        click.put("small", 0.1f);
        click.put("kind", new GenericData.EnumSymbol(schema.getField("kind").schema(), "BUY"));
        click.put("price", ByteBuffer.wrap(new byte[] {(byte) 0xFF, 0x38}));
        click.put("hash", new GenericData.Fixed(schema.getField("hash").schema(), new byte[] {1, 2}));
        click.put("words", List.of("a", "b"));
        click.put("counts", Map.of("a", 1L));
        var place = new GenericData.Record(
                schema.getField("where").schema().getTypes().get(1));
        place.put("city", "Oslo");
        click.put("where", place);
        return click;
    }

    private static byte[] bytes(GenericData.Record record, byte... head) throws IOException {
        var out = new ByteArrayOutputStream();
        out.write(head);
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<>(record.getSchema()).write(record, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    @Test
    void eachTypeBecomesTheValueThatItIs() throws Exception {
        RecordDecoder decoder = decoder(
                SCHEMA, "user", "at", "seen", "amount", "small", "kind", "price", "hash", "words", "where.city");

        assertThat(decoder.decode(bytes(click())))
                .containsExactly(
                        new FeatureValue.Int(1001),
                        new FeatureValue.Time(1_772_445_600_123_000L),
                        new FeatureValue.Time(-1),
                        new FeatureValue.Real(2.5),
                        new FeatureValue.Real(0.1f),
                        new FeatureValue.Text("BUY"),
                        new FeatureValue.Text("-2.00"),
                        new FeatureValue.Bytes(new byte[] {1, 2}),
                        new FeatureValue.Many(List.of(new FeatureValue.Text("a"), new FeatureValue.Text("b"))),
                        new FeatureValue.Text("Oslo"));
    }

    @Test
    void whatIsNotThereOnTheWayIsNull() throws Exception {
        GenericData.Record click = click();
        click.put("amount", null);
        click.put("where", null);

        assertThat(decoder(SCHEMA, "amount", "where.city").decode(bytes(click))).containsExactly(null, null);
    }

    @Test
    void mapsAndRecordsAreNoValues() throws Exception {
        assertFault(Fault.WRONG_TYPE, decoder(SCHEMA, "counts"), bytes(click()));
        assertFault(Fault.WRONG_TYPE, decoder(SCHEMA, "where"), bytes(click()));
    }

    @Test
    void aTornOrPaddedRecordIsNoRecord() throws Exception {
        byte[] whole = bytes(click());
        for (int length = 0; length < whole.length; length++) {
            assertFault(Fault.NOT_AVRO, decoder(SCHEMA, "user"), Arrays.copyOf(whole, length));
        }
        assertFault(Fault.NOT_AVRO, decoder(SCHEMA, "user"), Arrays.copyOf(whole, whole.length + 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\": \"array\", \"items\": \"null\"}",
                "{\"type\": \"array\", \"items\": \"long\"}",
                "{\"type\": \"map\", \"values\": \"null\"}",
                "\"string\"",
                "\"bytes\""
            })
    void aLengthThatTheRecordDoesNotHaveCostsNothing(String type) {
        String schema = "{\"type\": \"record\", \"name\": \"Bomb\", \"fields\": [{\"name\": \"all\", \"type\": " + type
                + "}, {\"name\": \"user\", \"type\": \"long\"}]}";
        byte[] twoBillion = {(byte) 0xFE, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F, 0, 0};
        for (String field : List.of("all", "user")) {
            assertThatThrownBy(() -> decoder(schema, field).decode(twoBillion))
                    .isInstanceOf(UndecodableRecordException.class);
        }
    }

    @Test
    void aChainOfRecordsEndsAtTheBoundOfNesting() {
        String list = "{\"type\": \"record\", \"name\": \"Link\", \"fields\": ["
                + "{\"name\": \"next\", \"type\": [\"null\", \"Link\"]}]}";
        var chain = new byte[500_000];
        Arrays.fill(chain, (byte) 2);
        chain[chain.length - 1] = 0;
        assertFault(Fault.TOO_LARGE, decoder(list, "next"), chain);

        RecordDecoder decoder = decoder(list, "next");
        assertFault(Fault.TOO_LARGE, decoder, chain);
        assertThat(decoder.decode(new byte[] {0})).containsExactly((FeatureValue) null);
    }

    /** Schemas by id, and how often each was asked for. */
    private static final class Registry implements SchemaRegistry {
        final Map<Integer, Registered> schemas = new HashMap<>();
        int asked;

        @Override
        public Optional<Registered> schema(int id) {
            asked++;
            return Optional.ofNullable(schemas.get(id));
        }
    }

    @Test
    void aRecordIsReadBetweenItsWritersSchemaAndTheViews() throws Exception {
        String older = "{\"type\": \"record\", \"name\": \"Click\", \"namespace\": \"shop\", \"fields\": ["
                + "{\"name\": \"extra\", \"type\": \"string\"}, {\"name\": \"user\", \"type\": \"int\"}]}";
        String newer = "{\"type\": \"record\", \"name\": \"Click\", \"namespace\": \"shop\", \"fields\": ["
                + "{\"name\": \"who\", \"aliases\": [\"user\"], \"type\": \"double\"},"
                + "{\"name\": \"kind\", \"type\": \"string\", \"default\": \"VIEW\"}]}";
        var registry = new Registry();
        registry.schemas.put(77, new Registered("AVRO", older, List.of()));
        var written = new GenericData.Record(AvroSchemas.parse(older, List.of()));
        written.put("extra", "x");
        written.put("user", 7);
        RecordDecoder decoder = RecordDecoders.of(format(newer), List.of("who", "kind"), Optional.of(registry), 100);

        for (int i = 0; i < 3; i++) {
            assertThat(decoder.decode(bytes(written, new byte[] {0, 0, 0, 0, 77})))
                    .containsExactly(new FeatureValue.Real(7), new FeatureValue.Text("VIEW"));
        }
        assertThat(registry.asked).isEqualTo(1);
    }

    @Test
    void whatARegistrySaysOfARecordDecidesWhatItIs() throws Exception {
        var registry = new Registry();
        String missing = "{\"type\": \"record\", \"name\": \"Click\", \"namespace\": \"shop\", \"fields\": []}";
        registry.schemas.put(1, new Registered("AVRO", missing, List.of()));
        registry.schemas.put(2, new Registered("PROTOBUF", "syntax = \"proto3\";", List.of()));
        registry.schemas.put(3, new Registered("AVRO", "{", List.of()));
        RecordDecoder decoder = RecordDecoders.of(format(SCHEMA), List.of("user"), Optional.of(registry), 100);

        assertFault(Fault.NOT_FRAMED, decoder, (byte) 1, (byte) 0, (byte) 0, (byte) 0, (byte) 1, (byte) 1);
        assertFault(Fault.NOT_FRAMED, decoder, (byte) 0, (byte) 0);
        assertFault(Fault.UNKNOWN_SCHEMA, decoder, bytes(click(), new byte[] {0, -1, 0, 0, 9}));
        assertFault(Fault.INCOMPATIBLE_SCHEMA, decoder, bytes(click(), new byte[] {0, 0, 0, 0, 1}));
        assertFault(Fault.INCOMPATIBLE_SCHEMA, decoder, bytes(click(), new byte[] {0, 0, 0, 0, 2}));
        assertFault(Fault.INCOMPATIBLE_SCHEMA, decoder, bytes(click(), new byte[] {0, 0, 0, 0, 3}));
    }

    @Test
    void aFormatIsCheckedBeforeItIsUsed() {
        assertThat(RecordDecoders.faults(format(SCHEMA), List.of("user", "where.city")))
                .isEmpty();
        assertThat(RecordDecoders.faults(format(SCHEMA), List.of("usr", "where.town")))
                .containsExactly("'click.avsc' has no field 'usr'", "'click.avsc' has no field 'where.town'");
        assertThat(RecordDecoders.faults(format("\"long\""), List.of("user")).getFirst())
                .contains("must be a record");
        assertThat(RecordDecoders.faults(format("{nonsense"), List.of("user")).getFirst())
                .contains("no Avro schema");
    }
}
