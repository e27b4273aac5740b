package io.millrace.features.kernel.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.longs;

import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

class ExactSumProperties {
    /** Every finite double is as likely as any other, and sums that nearly cancel are common. */
    private static Gen<List<Double>> numbers() {
        Gen<Double> anyBits = longs().all().map(Double::longBitsToDouble).map(d -> Double.isFinite(d) ? d : 1.0);
        Gen<Double> everyday = integers().between(-100_000, 100_000).map(i -> i / 100.0);
        Gen<Double> edges = integers().between(0, 9).map(i -> List.of(
                        0.0,
                        -0.0,
                        Double.MIN_VALUE,
                        -Double.MIN_VALUE,
                        Double.MIN_NORMAL,
                        Double.MAX_VALUE,
                        -Double.MAX_VALUE,
                        1.0,
                        0x1p53,
                        -0x1p-53)
                .get(i));
        return lists().of(anyBits.mix(everyday, 40).mix(edges, 30)).ofSizeBetween(0, 60);
    }

    private static ExactSum sum(List<Double> numbers) {
        var sum = new ExactSum();
        numbers.forEach(sum::add);
        return sum;
    }

    private static byte[] bytes(ExactSum sum) {
        var out = new ByteWriter();
        sum.write(out);
        return out.toBytes();
    }

    private static double oracle(List<Double> numbers) {
        return numbers.stream()
                .map(BigDecimal::new)
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .doubleValue();
    }

    @Test
    void theSumIsTheRealSumRoundedOnce() {
        qt().withExamples(5_000).forAll(numbers()).checkAssert(numbers -> assertThat(
                        Double.doubleToRawLongBits(sum(numbers).round()))
                .isEqualTo(Double.doubleToRawLongBits(oracle(numbers))));
    }

    @Test
    void orderAndGroupingLeaveNoTrace() {
        qt().withExamples(2_000).forAll(numbers(), longs().all()).checkAssert((numbers, seed) -> {
            var random = new Random(seed);
            var shuffled = new ArrayList<>(numbers);
            Collections.shuffle(shuffled, random);
            var groups = new ArrayList<ExactSum>();
            int at = 0;
            while (at < shuffled.size()) {
                int end = Math.min(shuffled.size(), at + 1 + random.nextInt(5));
                ExactSum group = sum(shuffled.subList(at, end));
                groups.add(random.nextBoolean() ? group : ExactSum.read(new ByteReader(bytes(group))));
                at = end;
            }
            while (groups.size() > 1) {
                ExactSum moved = groups.remove(random.nextInt(groups.size()));
                groups.get(random.nextInt(groups.size())).add(moved);
            }
            ExactSum merged = groups.isEmpty() ? new ExactSum() : groups.getFirst();

            assertThat(bytes(merged)).isEqualTo(bytes(sum(numbers)));
            assertThat(merged.round()).isEqualTo(sum(numbers).round());
        });
    }

    @Test
    void whatCancelsLeavesExactlyTheRest() {
        assertThat(sum(List.of(1e308, 1e308, -1e308, -1e308, 1e-308)).round()).isEqualTo(1e-308);
        assertThat(sum(List.of(1e308, 1e308)).round()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(sum(List.of(-1e308, -1e308)).round()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(bytes(sum(List.of(3.5, -3.5)))).containsExactly(0);
        assertThat(Double.doubleToRawLongBits(sum(List.of(-0.0)).round())).isZero();
    }

    @Test
    void aMillionAdditionsCarryAsTheyShould() {
        var sum = new ExactSum();
        for (int i = 0; i < 1_000_000; i++) {
            sum.add(-Double.MAX_VALUE);
        }
        for (int i = 0; i < 1_000_000; i++) {
            sum.add(Double.MAX_VALUE);
        }
        sum.add(0.1);

        assertThat(sum.round()).isEqualTo(0.1);
    }
}
