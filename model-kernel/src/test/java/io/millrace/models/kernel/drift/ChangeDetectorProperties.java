package io.millrace.models.kernel.drift;

import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import io.millrace.models.kernel.random.Seeded;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeDetectorProperties {
    private static final List<Reader> READERS = List.of(Adwin::read, PageHinkley::read, Ddm::read);
    private static final int VALUES = 1500;

    private interface Reader {
        ChangeDetector read(DataInput in) throws IOException;
    }

    @Test
    void aRestoredDetectorGoesOnToTheBit() {
        qt().withExamples(60)
                .forAll(longs().all(), integers().between(0, VALUES))
                .check((seed, cut) -> {
                    List<ChangeDetector> detectors = ChangeDetectorTest.detectors();
                    for (int kind = 0; kind < detectors.size(); kind++) {
                        if (!goesOn(detectors.get(kind), READERS.get(kind), seed, cut)) return false;
                    }
                    return true;
                });
    }

    private static boolean goesOn(ChangeDetector one, Reader reader, long seed, int cut) {
        Seeded random = new Seeded(seed);
        ChangeDetector other = one;
        boolean same = true;
        for (int i = 0; i < VALUES; i++) {
            if (i == cut) other = read(reader, bytes(one));
            double value = random.uniform() < (i < VALUES / 2 ? 0.2 : 0.7) ? 1 : 0;
            boolean changed = one.update(value);
            if (other != one) same &= other.update(value) == changed;
        }
        return same && Arrays.equals(bytes(one), bytes(other));
    }

    private static ChangeDetector read(Reader reader, byte[] bytes) {
        try {
            return reader.read(new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(ChangeDetector detector) {
        try {
            var bytes = new ByteArrayOutputStream();
            detector.write(new DataOutputStream(bytes));
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
