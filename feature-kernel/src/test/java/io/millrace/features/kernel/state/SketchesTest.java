package io.millrace.features.kernel.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.encoding.ByteWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the larger states say, beside the true numbers. */
class SketchesTest {
    private static final EventOrder ANY = new EventOrder(0, "id", 0, 0);

    private static <S extends AggregationState> S of(S state, FeatureValue... values) {
        for (FeatureValue value : values) {
            state.add(value, true, ANY);
        }
        return state;
    }

    private static <S extends AggregationState> S of(S state, double... values) {
        for (double value : values) {
            state.add(new FeatureValue.Real(value), true, ANY);
        }
        return state;
    }

    private static FeatureValue text(String text) {
        return new FeatureValue.Text(text);
    }

    /** More digits than any quotient here has that ends: half-way cases are seen as such. */
    private static final MathContext EXACT_WHERE_TIED = new MathContext(1_200);

    /** n·Σx² − (Σx)² over n·(n − 1), to 60 digits. */
    private static double oracle(double[] values) {
        BigDecimal n = BigDecimal.valueOf(values.length);
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal squares = BigDecimal.ZERO;
        for (double value : values) {
            var exact = new BigDecimal(value);
            sum = sum.add(exact);
            squares = squares.add(exact.multiply(exact));
        }
        return n.multiply(squares)
                .subtract(sum.multiply(sum))
                .divide(n.multiply(n.subtract(BigDecimal.ONE)), EXACT_WHERE_TIED)
                .doubleValue();
    }

    @Test
    void aVarianceIsTheTrueOneRoundedOnceWhateverCancels() {
        qt().withExamples(1_000)
                .forAll(integers().between(2, 30), longs().all(), integers().between(-460, 460))
                .checkAssert((size, seed, scale) -> {
                    var random = new Random(seed);
                    double offset = Math.scalb(random.nextDouble(), scale + random.nextInt(40));
                    double[] values = random.doubles(size)
                            .map(value -> offset + Math.scalb(value - 0.5, scale))
                            .toArray();

                    assertThat(of(new MomentsState(), values).variance(false)).hasValue(oracle(values));
                });
        assertThat(of(new MomentsState(), 1e200, -1e200).variance(true)).hasValue(Double.POSITIVE_INFINITY);
        assertThat(of(new MomentsState(), 0x1p600, 0x1p600).variance(true)).hasValue(0);
        assertThat(of(new MomentsState(), 1e-170, 3e-170).deviation(true).getAsDouble())
                .isCloseTo(1e-170, within(1e-185));
        assertThat(of(new MomentsState(), 1e200, -1e200).deviation(true)).hasValue(1e200);
        assertThat(of(new MomentsState(), 1.0, Double.NaN).variance(true)).hasValue(Double.NaN);
        assertThat(of(new MomentsState(), 4.0).variance(true)).hasValue(0);
        assertThat(of(new MomentsState(), 4.0).variance(false)).isEmpty();
        assertThat(new MomentsState().deviation(true)).isEmpty();
    }

    @Test
    void aVarianceOfWholeNumbersIsExactUpToTheirLimits() {
        assertThat(of(new MomentsState(), whole(Long.MAX_VALUE), whole(Long.MAX_VALUE - 2))
                        .variance(true))
                .hasValue(1);
        assertThat(of(new MomentsState(), whole(Long.MIN_VALUE), whole(Long.MIN_VALUE + 4))
                        .variance(true))
                .hasValue(4);
        assertThat(of(new MomentsState(), whole(1L << 40), whole((1L << 40) + 2), whole((1L << 40) + 4))
                        .deviation(false))
                .hasValue(2);
    }

    private static FeatureValue whole(long value) {
        return new FeatureValue.Int(value);
    }

    @Test
    void aQuantileIsWithinItsBoundOfTheTrueOne() {
        qt().withExamples(300)
                .forAll(integers().between(1, 400), longs().all(), integers().between(0, 100))
                .checkAssert((size, seed, percent) -> {
                    var random = new Random(seed);
                    double[] values = random.doubles(size)
                            .map(value -> random.nextInt(10) == 0 ? 0 : Math.scalb(value - 0.3, random.nextInt(25)))
                            .toArray();
                    double got = of(new QuantileState(), values)
                            .quantile(percent / 100.0)
                            .getAsDouble();
                    Arrays.sort(values);
                    double real = values[(int) (percent / 100.0 * (size - 1))];

                    assertThat(got).isCloseTo(real, within(Math.abs(real) / 128));
                });
    }

    @Test
    void quantilesKnowInfinitiesAndNotANumberStandsAboveAll() {
        QuantileState state = of(
                new QuantileState(),
                Double.NaN,
                Double.POSITIVE_INFINITY,
                1.0,
                Double.NEGATIVE_INFINITY,
                Double.MIN_VALUE);

        assertThat(state.quantile(0)).hasValue(Double.NEGATIVE_INFINITY);
        assertThat(state.quantile(0.25)).hasValue(0);
        assertThat(state.quantile(0.5).getAsDouble()).isCloseTo(1, within(1 / 128.0));
        assertThat(state.quantile(0.75)).hasValue(Double.POSITIVE_INFINITY);
        assertThat(state.quantile(1)).hasValue(Double.NaN);
        assertThat(new QuantileState().quantile(0.5)).isEmpty();
        assertThat(of(new QuantileState(), Double.MAX_VALUE).quantile(1).getAsDouble())
                .isCloseTo(Double.MAX_VALUE, within(Double.MAX_VALUE / 128));
    }

    @Test
    void aDistinctCountIsExactForFewAndWithinThreeStandardErrorsForMany() {
        for (int different : new int[] {0, 1, 255, 256}) {
            assertThat(distinct(different).count()).isEqualTo(different);
        }
        for (int different : new int[] {257, 1_000, 10_000, 100_000, 1_000_000}) {
            assertThat((double) distinct(different).count()).isCloseTo(different, within(0.05 * different));
        }
        assertThat(of(new DistinctState(), 0.0, -0.0, Double.NaN, Double.NaN).count())
                .isEqualTo(2);
    }

    private static DistinctState distinct(int different) {
        var state = new DistinctState();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < different; i++) {
                state.add(text("user-" + i), true, ANY);
            }
        }
        return state;
    }

    @Test
    void distinctCountsAreSmallInATile() {
        for (int different : new int[] {256, 300, 2_000, 1_000_000}) {
            var out = new ByteWriter();
            distinct(different).write(out);
            assertThat(out.toBytes().length).isLessThanOrEqualTo(3_073);
        }
    }

    @Test
    void theHashIsXxh64() {
        assertThat(Hash64.of(new byte[0])).isEqualTo(0xEF46DB3751D8E999L);
        assertThat(Hash64.of("a".getBytes(StandardCharsets.UTF_8))).isEqualTo(0xD24EC4F1A98C6E5BL);
        assertThat(Hash64.of("abc".getBytes(StandardCharsets.UTF_8))).isEqualTo(0x44BC2CF5AD770999L);
    }

    @Test
    void categoriesAreCountedUpToTheirLimitAndAboveItNothingIsSaid() {
        CategoryState state = of(new CategoryState(3), text("b"), text("a"), text("c"), text("b"), text("a"));
        assertThat(state.histogram(3))
                .isEqualTo(new FeatureValue.Counts(new TreeMap<>(Map.of("a", 2L, "b", 2L, "c", 1L))));
        assertThat(state.top(2, 3, ValueType.STRING)).isEqualTo(new FeatureValue.Many(List.of(text("a"), text("b"))));
        assertThat(state.overflowed()).isFalse();

        of(state, text("d"));
        assertThat(state.overflowed()).isTrue();
        assertThat(state.histogram(3)).isNull();
        assertThat(state.top(2, 3, ValueType.STRING)).isNull();
        assertThat(of(new CategoryState(3), text("x".repeat(1_025))).overflowed())
                .isTrue();
        assertThat(of(new CategoryState(9), whole(10), whole(9), whole(-3)).top(3, 9, ValueType.INT64))
                .isEqualTo(new FeatureValue.Many(List.of(whole(-3), whole(9), whole(10))));
    }

    @Test
    void listsKeepTheNewestOrTheOldest() {
        var last = new ListState(false, 2);
        var first = new ListState(true, 2);
        for (int i = 0; i < 5; i++) {
            var order = new EventOrder(i * 7 % 5, "id", 0, i);
            last.add(whole(i * 7 % 5), true, order);
            first.add(whole(i * 7 % 5), true, order);
        }

        assertThat(last.value(2)).isEqualTo(new FeatureValue.Many(List.of(whole(4), whole(3))));
        assertThat(first.value(2)).isEqualTo(new FeatureValue.Many(List.of(whole(0), whole(1))));
        assertThat(last.value(1)).isEqualTo(new FeatureValue.Many(List.of(whole(4))));
    }
}
