package io.millrace.models.kernel.random;

import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class SeededProperties {
    @Test
    void aRestoredOneGoesOnToTheBit() {
        qt().forAll(longs().all(), integers().between(0, 50)).check((seed, cut) -> {
            Seeded one = new Seeded(seed);
            for (int i = 0; i < cut; i++) one.gaussian();
            Seeded restored = restored(one);
            for (int i = 0; i < 20; i++) {
                if (one.poisson(6) != restored.poisson(6) || one.gaussian() != restored.gaussian()) return false;
            }
            return one.nextLong() == restored.nextLong();
        });
    }

    private static Seeded restored(Seeded one) {
        try {
            var bytes = new ByteArrayOutputStream();
            one.write(new DataOutputStream(bytes));
            return Seeded.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
