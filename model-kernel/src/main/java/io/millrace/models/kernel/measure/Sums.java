package io.millrace.models.kernel.measure;

import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.EncodingException;
import io.millrace.features.kernel.state.ExactSum;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Exact sums in a state that is written as data. */
public final class Sums {
    private Sums() {}

    /** Equal sums write equal bytes. */
    public static void write(ExactSum sum, DataOutput out) throws IOException {
        var writer = new ByteWriter();
        sum.write(writer);
        byte[] bytes = writer.toBytes();
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    /**
     * A sum that was written.
     *
     * @throws IOException also where the bytes are no sum's
     */
    public static ExactSum read(DataInput in) throws IOException {
        byte[] bytes = new byte[in.readUnsignedShort()];
        in.readFully(bytes);
        try {
            return ExactSum.read(new ByteReader(bytes));
        } catch (EncodingException e) {
            throw new IOException("no sum: " + e.getMessage(), e);
        }
    }
}
