package io.millrace.features.grpc.feast;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A protobuf message written by field numbers alone, in the order of the calls: none of the generated classes is involved, so that a wrong number in
 * our contract cannot hide behind itself.
 */
final class Wire {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

    private Wire() {}

    static Wire message() {
        return new Wire();
    }

    private interface Write {
        void to(CodedOutputStream out) throws IOException;
    }

    private Wire add(Write write) {
        try {
            write.to(out);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Wire text(int field, String value) {
        return add(to -> to.writeString(field, value));
    }

    Wire bytes(int field, int... value) {
        byte[] each = new byte[value.length];
        for (int i = 0; i < value.length; i++) {
            each[i] = (byte) value[i];
        }
        return add(to -> to.writeBytes(field, ByteString.copyFrom(each)));
    }

    Wire varint(int field, long value) {
        return add(to -> to.writeUInt64(field, value));
    }

    Wire fixed64(int field, double value) {
        return add(to -> to.writeDouble(field, value));
    }

    Wire fixed32(int field, float value) {
        return add(to -> to.writeFloat(field, value));
    }

    Wire message(int field, Wire value) {
        return add(to -> to.writeByteArray(field, value.done()));
    }

    /** An entry of a map: its key is field 1, its value field 2. */
    Wire entry(int field, String key, Wire value) {
        return message(field, message().text(1, key).message(2, value));
    }

    Wire entry(int field, String key, String value) {
        return message(field, message().text(1, key).text(2, value));
    }

    /** Statuses, packed as proto3 packs enums. */
    Wire packed(int field, int... values) {
        return bytes(field, values);
    }

    byte[] done() {
        add(CodedOutputStream::flush);
        return bytes.toByteArray();
    }

    @Override
    public String toString() {
        return new String(done(), StandardCharsets.ISO_8859_1);
    }
}
