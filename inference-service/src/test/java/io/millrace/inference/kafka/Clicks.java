package io.millrace.inference.kafka;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Events in Avro and Protobuf: {@code who.id}, {@code at} and {@code amount}. */
final class Clicks {
    static final String AVRO = """
            {"type": "record", "name": "Click", "fields": [
              {"name": "who", "type": {"type": "record", "name": "Who", "fields": [
                {"name": "id", "type": "string"}]}},
              {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
              {"name": "amount", "type": ["null", "long"], "default": null}]}
            """;

    static final String PROTO = """
            syntax = "proto3";
            message Click {
              message Who { string id = 1; }
              Who who = 1;
              int64 at = 2;
              optional int64 amount = 3;
            }
            """;

    private static final long MILLIS = 1_700_000_000_123L;

    private Clicks() {}

    static byte[] avro(String id, long amount) {
        Schema schema = new Schema.Parser().parse(AVRO);
        var who = new GenericData.Record(schema.getField("who").schema());
        who.put("id", id);
        var click = new GenericData.Record(schema);
        click.put("who", who);
        click.put("at", MILLIS);
        click.put("amount", amount);
        var bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        try {
            new GenericDatumWriter<GenericData.Record>(schema).write(click, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] protobuf(String id, long amount) {
        var bytes = new ByteArrayOutputStream();
        var out = CodedOutputStream.newInstance(bytes);
        var inner = new ByteArrayOutputStream();
        var who = CodedOutputStream.newInstance(inner);
        try {
            who.writeString(1, id);
            who.flush();
            out.writeByteArray(1, inner.toByteArray());
            out.writeInt64(2, MILLIS);
            out.writeInt64(3, amount);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** With the five bytes that name a schema in a registry. */
    static byte[] framed(int schema, byte[] record) {
        return ByteBuffer.allocate(5 + record.length)
                .put((byte) 0)
                .putInt(schema)
                .put(record)
                .array();
    }
}
