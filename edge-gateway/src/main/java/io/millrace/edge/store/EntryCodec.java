package io.millrace.edge.store;

import io.millrace.edge.app.SpoolEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** Spool entries as bytes: kind (1 byte), whether the value is deflated (1), key length (2), key, value. */
final class EntryCodec {
    /** Values from this size on are deflated: an aggregate of 10,000 nodes shrinks some fifteenfold. */
    private static final int DEFLATE_FROM = 4 << 10;

    private EntryCodec() {}

    static byte[] encode(SpoolEntry entry) {
        byte[] key = entry.key().getBytes(StandardCharsets.UTF_8);
        boolean deflated = entry.value().length >= DEFLATE_FROM;
        byte[] value = deflated ? deflate(entry.value()) : entry.value();
        return ByteBuffer.allocate(4 + key.length + value.length)
                .put((byte) entry.kind().code())
                .put((byte) (deflated ? 1 : 0))
                .putShort((short) key.length)
                .put(key)
                .put(value)
                .array();
    }

    static SpoolEntry decode(byte[] bytes) {
        ByteBuffer from = ByteBuffer.wrap(bytes);
        SpoolEntry.Kind kind = kind(from.get());
        boolean deflated = from.get() == 1;
        var key = new byte[Short.toUnsignedInt(from.getShort())];
        from.get(key);
        var value = new byte[from.remaining()];
        from.get(value);
        return new SpoolEntry(kind, new String(key, StandardCharsets.UTF_8), deflated ? inflate(value) : value);
    }

    private static SpoolEntry.Kind kind(int code) {
        for (SpoolEntry.Kind kind : SpoolEntry.Kind.values()) {
            if (kind.code() == code) {
                return kind;
            }
        }
        throw new IllegalStateException("kind " + code + " is not known: the spool was written by a newer gateway");
    }

    private static byte[] deflate(byte[] value) {
        var out = new ByteArrayOutputStream(value.length / 8);
        try (var deflater = new DeflaterOutputStream(out)) {
            deflater.write(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] inflate(byte[] value) {
        try (var inflater = new InflaterInputStream(new ByteArrayInputStream(value))) {
            return inflater.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
