package io.millrace.models.kernel.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.longs;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

class ExactSumProperties {
    private static Gen<List<Double>> numbers() {
        Gen<Double> anyBits = longs().all().map(Double::longBitsToDouble).map(d -> Double.isFinite(d) ? d : 1.0);
        Gen<Double> everyday = integers().between(-100_000, 100_000).map(i -> i / 100.0);
        return lists().of(anyBits.mix(everyday, 60)).ofSizeBetween(0, 50);
    }

    @Test
    void theSumIsTheRealSumRoundedOnce() {
        qt().withExamples(2_000).forAll(numbers()).checkAssert(numbers -> {
            double oracle = numbers.stream()
                    .map(BigDecimal::new)
                    .reduce(BigDecimal.ZERO, BigDecimal::add)
                    .doubleValue();
            assertThat(sum(numbers).value()).isEqualTo(oracle + 0.0);
        });
    }

    @Test
    void orderGroupingAndStorageLeaveNoTrace() {
        qt().withExamples(1_000).forAll(numbers(), longs().all()).checkAssert((numbers, seed) -> {
            var random = new Random(seed);
            var shuffled = new ArrayList<>(numbers);
            Collections.shuffle(shuffled, random);
            int cut = random.nextInt(shuffled.size() + 1);
            ExactSum left = read(bytes(sum(shuffled.subList(0, cut))));
            left.add(sum(shuffled.subList(cut, shuffled.size())));
            assertThat(bytes(left)).isEqualTo(bytes(sum(numbers)));
        });
    }

    private static ExactSum sum(List<Double> numbers) {
        var sum = new ExactSum();
        numbers.forEach(sum::add);
        return sum;
    }

    private static byte[] bytes(ExactSum sum) {
        try {
            var bytes = new ByteArrayOutputStream();
            sum.write(new DataOutputStream(bytes));
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ExactSum read(byte[] bytes) {
        try {
            return ExactSum.read(new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
