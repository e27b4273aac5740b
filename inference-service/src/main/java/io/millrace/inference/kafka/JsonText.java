package io.millrace.inference.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** JSON values as UTF-8, one after another with one generator and one buffer, since to make these costs as much as a short value. Not thread-safe. */
final class JsonText {
    private static final JsonFactory JSON = new JsonFactory().setRootValueSeparator(null);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);
    private @Nullable JsonGenerator generator;

    /** The value's bytes. After an exception of {@code value} the next one begins anew. */
    byte[] bytes(CloudEventWriter.Data value) {
        JsonGenerator out = generator;
        generator = null;
        bytes.reset();
        try {
            if (out == null) {
                out = JSON.createGenerator(bytes);
            }
            value.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        generator = out;
        return bytes.toByteArray();
    }

    /** A value that is written into others again and again. */
    static SerializedString once(CloudEventWriter.Data value) {
        return new SerializedString(new String(new JsonText().bytes(value), StandardCharsets.UTF_8));
    }
}
