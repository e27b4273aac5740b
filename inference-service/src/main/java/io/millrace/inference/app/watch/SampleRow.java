package io.millrace.inference.app.watch;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One row out of many: what the columns of a reference hold, a number or a text each. */
final class SampleRow {
    private static final int LONGEST = 200;

    /** Which rows are kept of many: those with the least. Follows from what the row was made of, not from when it came. */
    final long order;

    /** By column; NaN where it has none. */
    final double[] numbers;

    /** By column; null where it has none. */
    final @Nullable String[] texts;

    /** The prediction; NaN where it is not known. */
    final double score;

    SampleRow(long order, double[] numbers, @Nullable String[] texts, double score) {
        this.order = order;
        this.numbers = numbers;
        this.texts = texts;
        this.score = score;
    }

    /** An even spread of a number: the finalizer of SplitMix64 (Steele, Lea and Flood 2014). */
    static long order(long number) {
        long z = number + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** A text as it is counted: no longer than 200 characters. */
    static String category(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    void write(DataOutput out) throws IOException {
        out.writeLong(order);
        for (double number : numbers) {
            out.writeDouble(number);
        }
        for (String text : texts) {
            out.writeBoolean(text != null);
            if (text != null) {
                out.writeUTF(text);
            }
        }
        out.writeDouble(score);
    }

    /** A row that was written, of so many columns. */
    static SampleRow read(DataInput in, int columns) throws IOException {
        long order = in.readLong();
        double[] numbers = new double[columns];
        for (int i = 0; i < columns; i++) {
            numbers[i] = in.readDouble();
        }
        @Nullable String[] texts = new String[columns];
        for (int i = 0; i < columns; i++) {
            texts[i] = in.readBoolean() ? in.readUTF() : null;
        }
        return new SampleRow(order, numbers, texts, in.readDouble());
    }
}
