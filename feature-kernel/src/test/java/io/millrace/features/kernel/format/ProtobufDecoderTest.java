package io.millrace.features.kernel.format;

import static io.millrace.features.kernel.format.Undecodable.assertFault;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.RecordFormat;
import io.millrace.features.kernel.RecordFormat.Encoding;
import io.millrace.features.kernel.RecordFormat.Framing;
import io.millrace.features.kernel.RecordFormat.SchemaFile;
import io.millrace.features.kernel.format.SchemaRegistry.Reference;
import io.millrace.features.kernel.format.SchemaRegistry.Registered;
import io.millrace.features.kernel.format.UndecodableRecordException.Fault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Records are written field by field here, so that nothing but the schema says what they are. */
class ProtobufDecoderTest {
    private static final String SCHEMA = """
            syntax = "proto3";
            package shop.v1;
            import "google/protobuf/timestamp.proto";
            import "google/protobuf/wrappers.proto";

            // What a user did.
            message Click {
              reserved 90 to 99;
              int64 user = 1;
              google.protobuf.Timestamp at = 2;
              optional double amount = 3;
              Kind kind = 4;
              uint64 big = 5;
              repeated string words = 6;
              Place where = 7;
              google.protobuf.Int64Value maybe = 8;
              oneof way { string mail = 9; sint32 phone = 10; }
              map<string, int64> counts = 11;
              bytes raw = 12;
              fixed32 small = 13;
              message Place { optional string city = 1; }
              enum Kind { KIND_UNSPECIFIED = 0; KIND_BUY = 2; }
            }
            message Other { string name = 1; }
            """;

    private static RecordFormat format(String schema, String message) {
        return new RecordFormat(
                Encoding.PROTOBUF,
                Optional.of(new SchemaFile("shop.proto", schema)),
                message,
                Framing.WHERE_CONFIGURED);
    }

    private static RecordDecoder decoder(String... fields) {
        return RecordDecoders.of(format(SCHEMA, "shop.v1.Click"), List.of(fields), Optional.empty(), 100);
    }

    /** Writes fields. */
    private interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] record(Fields fields, byte... head) throws IOException {
        var bytes = new ByteArrayOutputStream();
        bytes.write(head);
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        fields.write(out);
        out.flush();
        return bytes.toByteArray();
    }

    private static ByteString inner(Fields fields) throws IOException {
        return ByteString.copyFrom(record(fields));
    }

    private static byte[] click(byte... head) throws IOException {
        return record(
                out -> {
                    out.writeInt64(1, 1001);
                    out.writeBytes(2, inner(time -> {
                        time.writeInt64(1, 1_772_445_600L);
                        time.writeInt32(2, 123_456_789);
                    }));
                    out.writeDouble(3, 2.5);
                    out.writeEnum(4, 2);
                    out.writeUInt64(5, Long.MAX_VALUE);
                    out.writeString(6, "a");
                    out.writeString(6, "b");
                    out.writeBytes(7, inner(place -> place.writeString(1, "Oslo")));
                    out.writeBytes(8, inner(wrapped -> wrapped.writeInt64(1, 8)));
                    out.writeSInt32(10, -10);
                    out.writeBytes(12, ByteString.copyFrom(new byte[] {1, 2}));
                    out.writeFixed32(13, -1);
                    out.writeInt64(500, 1);
                },
                head);
    }

    @Test
    void eachTypeBecomesTheValueThatItIs() throws Exception {
        RecordDecoder decoder = decoder(
                "user", "at", "amount", "kind", "big", "words", "where.city", "maybe", "mail", "phone", "raw", "small");

        assertThat(decoder.decode(click()))
                .containsExactly(
                        new FeatureValue.Int(1001),
                        new FeatureValue.Time(1_772_445_600_123_456L),
                        new FeatureValue.Real(2.5),
                        new FeatureValue.Text("KIND_BUY"),
                        new FeatureValue.Int(Long.MAX_VALUE),
                        new FeatureValue.Many(List.of(new FeatureValue.Text("a"), new FeatureValue.Text("b"))),
                        new FeatureValue.Text("Oslo"),
                        new FeatureValue.Int(8),
                        null,
                        new FeatureValue.Int(-10),
                        new FeatureValue.Bytes(new byte[] {1, 2}),
                        new FeatureValue.Int(0xFFFF_FFFFL));
    }

    @Test
    void whatWasNotWrittenIsNullWhereProtobufCanTellAndTheDefaultWhereItCannot() {
        assertThat(decoder("user", "at", "amount", "kind", "where.city", "maybe", "mail")
                        .decode(new byte[0]))
                .containsExactly(
                        new FeatureValue.Int(0),
                        null,
                        null,
                        new FeatureValue.Text("KIND_UNSPECIFIED"),
                        null,
                        null,
                        null);
    }

    @Test
    void whatIsNoValueOfAFieldIsAFault() throws Exception {
        assertFault(Fault.WRONG_TYPE, decoder("counts"), click());
        assertFault(Fault.WRONG_TYPE, decoder("where"), click());
        assertFault(Fault.OUT_OF_RANGE, decoder("big"), record(out -> out.writeUInt64(5, -1)));
        assertFault(
                Fault.OUT_OF_RANGE,
                decoder("at"),
                record(out -> out.writeBytes(2, inner(time -> time.writeInt64(1, Long.MAX_VALUE)))));
        assertThat(decoder("kind").decode(record(out -> out.writeEnum(4, 7))))
                .containsExactly(new FeatureValue.Text("7"));
    }

    @Test
    void groupsThatNestWithoutEndAndTornRecordsAreNoRecords() throws Exception {
        var groups = new byte[500_000];
        Arrays.fill(groups, (byte) 0xA3);
        for (int i = 1; i < groups.length; i += 2) {
            groups[i] = 0x06;
        }
        assertFault(Fault.NOT_PROTOBUF, decoder("user"), groups);
        byte[] whole = click();
        assertFault(Fault.NOT_PROTOBUF, decoder("user"), Arrays.copyOf(whole, whole.length - 1));
        assertFault(Fault.NOT_PROTOBUF, decoder("user"), (byte) 0x0C);
    }

    @Test
    void aCompiledSchemaIsReadLikeItsText() throws Exception {
        FileDescriptor file = ProtoSchemas.compile(SCHEMA, List.of());
        String set = Base64.getEncoder()
                .encodeToString(FileDescriptorSet.newBuilder()
                        .addFile(file.toProto())
                        .build()
                        .toByteArray());
        var compiled = new RecordFormat(
                Encoding.PROTOBUF, Optional.of(new SchemaFile("shop.desc", set)), "shop.v1.Click", Framing.NONE);

        assertThat(RecordDecoders.of(compiled, List.of("user"), Optional.empty(), 100)
                        .decode(click()))
                .containsExactly(new FeatureValue.Int(1001));
    }

    @Test
    void aFramedRecordNamesItsMessage() throws Exception {
        String imported = "syntax = \"proto3\"; package shop.v1; message Name { string text = 1; }";
        String importing = "syntax = \"proto3\"; package shop.v1; import \"name.proto\";"
                + "message First { int64 a = 1; } message Second { message Inner { Name name = 1; } }";
        SchemaRegistry registry = id -> switch (id) {
            case 5 -> Optional.of(new Registered("PROTOBUF", SCHEMA, List.of()));
            case 6 ->
                Optional.of(new Registered("PROTOBUF", importing, List.of(new Reference("name.proto", imported))));
            default -> Optional.empty();
        };
        RecordDecoder byFile =
                RecordDecoders.of(format(SCHEMA, "shop.v1.Click"), List.of("user"), Optional.of(registry), 100);

        assertThat(byFile.decode(click((byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 5, (byte) 0)))
                .containsExactly(new FeatureValue.Int(1001));
        assertThat(byFile.decode(click((byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 5, (byte) 2, (byte) 0)))
                .containsExactly(new FeatureValue.Int(1001));
        assertFault(
                Fault.INCOMPATIBLE_SCHEMA,
                byFile,
                click((byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 5, (byte) 2, (byte) 2));
        assertFault(
                Fault.INCOMPATIBLE_SCHEMA,
                byFile,
                click((byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 5, (byte) 2, (byte) 80));
        assertFault(Fault.UNKNOWN_SCHEMA, byFile, click((byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 9, (byte) 0));
        assertFault(Fault.NOT_FRAMED, byFile, click());

        var byRegistry = new RecordFormat(Encoding.PROTOBUF, Optional.empty(), "", Framing.WHERE_CONFIGURED);
        byte[] second = record(
                out -> out.writeBytes(1, inner(name -> name.writeString(1, "Ada"))),
                new byte[] {0, 0, 0, 0, 6, 4, 2, 0});
        assertThat(RecordDecoders.of(byRegistry, List.of("name.text", "gone"), Optional.of(registry), 100)
                        .decode(second))
                .containsExactly(new FeatureValue.Text("Ada"), null);
    }

    @Test
    void aFormatIsCheckedBeforeItIsUsed() {
        assertThat(RecordDecoders.faults(format(SCHEMA, "shop.v1.Click"), List.of("user", "where.city")))
                .isEmpty();
        assertThat(RecordDecoders.faults(format(SCHEMA, "shop.v1.Click"), List.of("usr", "words.x")))
                .containsExactly("'shop.proto' has no field 'usr'", "'shop.proto' has no field 'words.x'");
        assertThat(RecordDecoders.faults(format(SCHEMA, ""), List.of()).getFirst())
                .contains("'message' must name one of");
        assertThat(RecordDecoders.faults(format(SCHEMA, "shop.v1.Clik"), List.of())
                        .getFirst())
                .contains("did you mean 'shop.v1.Click'");
        assertThat(RecordDecoders.faults(format("message {", ""), List.of()).getFirst())
                .contains("no Protobuf schema");
        assertThat(RecordDecoders.faults(format("syntax = \"proto3\"; message A { Missing b = 1; }", ""), List.of())
                        .getFirst())
                .contains("no Protobuf schema");
        assertThat(RecordDecoders.faults(
                                format("syntax = \"proto3\"; import \"gone.proto\"; message A {}", ""), List.of())
                        .getFirst())
                .contains("gone.proto");
        assertThat(RecordDecoders.faults(format("message A {".repeat(100), ""), List.of())
                        .getFirst())
                .contains("nested more than");
    }
}
