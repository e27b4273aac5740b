package io.millrace.models.kernel.learn;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** How states are written: big-endian, as {@link DataOutput} has it. */
final class States {
    static final byte VERSION = 1;
    static final byte LOGISTIC = 1;
    static final byte LINEAR = 2;
    static final byte TREE = 3;
    static final byte FOREST = 4;

    private States() {}

    static void head(DataOutput out, byte kind) throws IOException {
        out.writeByte(VERSION);
        out.writeByte(kind);
    }

    static void write(DataOutput out, double[] values) throws IOException {
        for (double value : values) out.writeDouble(value);
    }

    static void read(DataInput in, double[] values) throws IOException {
        for (int i = 0; i < values.length; i++) values[i] = in.readDouble();
    }

    /** A learner's state in memory. */
    static byte[] bytes(Learner learner) {
        try {
            var bytes = new ByteArrayOutputStream();
            learner.write(new DataOutputStream(bytes));
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Learner learner(byte[] bytes) {
        try {
            return Learner.read(new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
