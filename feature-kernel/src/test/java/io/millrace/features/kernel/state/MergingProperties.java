package io.millrace.features.kernel.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.EncodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds of every state: no order, no grouping and no trip through bytes leaves a trace. */
class MergingProperties {
    private static final double[] REALS = {
        0.1,
        -0.1,
        1.5,
        1e300,
        -1e300,
        1e-300,
        0.0,
        -0.0,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE,
        0x1p600,
        7.25,
        1e9
    };

    private record Event(FeatureValue value, boolean met, EventOrder order) {}

    private static List<Fold> folds() {
        var folds = new ArrayList<Fold>();
        for (Fold.Kind kind : Fold.Kind.values()) {
            folds.add(new Fold(kind, OptionalInt.of(0), OptionalInt.empty(), 5));
        }
        return folds;
    }

    private static FeatureValue value(Fold.Kind kind, Random random, int different) {
        return switch (kind) {
            case INT_SUM, CATEGORIES ->
                new FeatureValue.Int(random.nextInt(different) == 0 ? random.nextLong() : random.nextInt(different));
            case COUNT, RATE, REAL_SUM, MOMENTS, MIN, MAX, FIRST, LAST, FIRST_K, LAST_K, DISTINCT, QUANTILES ->
                new FeatureValue.Real(
                        random.nextInt(4) == 0
                                ? REALS[random.nextInt(REALS.length)]
                                : Math.scalb(random.nextDouble() - 0.5, random.nextInt(different)));
        };
    }

    private static List<Event> events(Fold.Kind kind, int size, Random random) {
        int different = 1 + random.nextInt(60);
        var events = new ArrayList<Event>();
        for (int i = 0; i < size; i++) {
            long created = random.nextBoolean() ? Long.MIN_VALUE : random.nextInt(9);
            var order = new EventOrder(random.nextInt(20) - 10, created, "t" + random.nextInt(3), 0, i);
            events.add(new Event(value(kind, random, different), random.nextBoolean(), order));
        }
        return events;
    }

    private static AggregationState state(Fold fold, List<Event> events) {
        AggregationState state = fold.empty();
        events.forEach(event -> state.add(event.value(), event.met(), event.order()));
        return state;
    }

    private static byte[] bytes(AggregationState state) {
        var out = new ByteWriter();
        state.write(out);
        return out.toBytes();
    }

    private static AggregationState again(Fold fold, AggregationState state) {
        var in = new ByteReader(bytes(state));
        AggregationState read = fold.read(in);
        assertThat(in.atEnd()).isTrue();
        return read;
    }

    @Test
    void neitherOrderNorGroupingNorEncodingLeavesATrace() {
        for (Fold fold : folds()) {
            qt().withExamples(120)
                    .forAll(integers().between(0, 700), longs().all())
                    .checkAssert((size, seed) -> {
                        var random = new Random(seed);
                        List<Event> events = events(fold.kind(), size, random);
                        byte[] expected = bytes(state(fold, events));
                        var shuffled = new ArrayList<>(events);
                        Collections.shuffle(shuffled, random);
                        int a = random.nextInt(size + 1);
                        int b = a + random.nextInt(size - a + 1);
                        AggregationState first = state(fold, shuffled.subList(0, a));
                        AggregationState second = state(fold, shuffled.subList(a, b));
                        AggregationState third = state(fold, shuffled.subList(b, size));

                        assertThat(bytes(state(fold, shuffled))).isEqualTo(expected);
                        AggregationState leftFirst = again(fold, first);
                        leftFirst.merge(second);
                        leftFirst.merge(again(fold, third));
                        assertThat(bytes(leftFirst)).isEqualTo(expected);
                        AggregationState rightFirst = again(fold, third);
                        rightFirst.merge(second);
                        AggregationState front = fold.empty();
                        front.merge(first);
                        rightFirst.merge(front);
                        assertThat(bytes(rightFirst)).isEqualTo(expected);
                        assertThat(bytes(second)).isEqualTo(bytes(state(fold, shuffled.subList(a, b))));
                        assertThat(bytes(again(fold, leftFirst))).isEqualTo(expected);
                    });
        }
    }

    @Test
    void bytesThatEndTooSoonAreRefused() {
        for (Fold fold : folds()) {
            byte[] whole = bytes(state(fold, events(fold.kind(), 4, new Random(7))));
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> fold.read(new ByteReader(cut)))
                        .as("%s cut to %d", fold.kind(), length)
                        .isInstanceOf(EncodingException.class);
            }
        }
    }

    @Test
    void aStateOfAnotherKindIsRefused() {
        for (Fold fold : folds()) {
            for (Fold other : folds()) {
                if (fold.kind() != other.kind()) {
                    assertThatThrownBy(() -> fold.empty().merge(other.empty()))
                            .isInstanceOf(IllegalArgumentException.class);
                }
            }
        }
    }
}
