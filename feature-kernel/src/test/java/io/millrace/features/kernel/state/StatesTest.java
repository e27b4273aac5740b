package io.millrace.features.kernel.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.EncodingException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StatesTest {
    private static EventOrder order(long time, long offset) {
        return new EventOrder(time, "id", 0, offset);
    }

    private static <S extends AggregationState> S with(S state, Object... values) {
        for (int i = 0; i < values.length; i++) {
            FeatureValue value = values[i] instanceof Long number
                    ? new FeatureValue.Int(number)
                    : new FeatureValue.Real((Double) values[i]);
            state.add(value, true, order(i, i));
        }
        return state;
    }

    private static byte[] bytes(AggregationState state) {
        var out = new ByteWriter();
        state.write(out);
        return out.toBytes();
    }

    private static double real(@Nullable FeatureValue value) {
        return value instanceof FeatureValue.Real(double real) ? real : Double.MIN_VALUE;
    }

    @Test
    void notANumberAndInfinitiesAddAsIeee754HasIt() {
        assertThat(with(new RealSumState(), 1.0, Double.NaN, 2.0).sum()).isNaN();
        assertThat(with(new RealSumState(), 1.0, Double.POSITIVE_INFINITY).sum())
                .isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(with(new RealSumState(), 1.0, Double.NEGATIVE_INFINITY).sum())
                .isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(with(new RealSumState(), Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)
                        .sum())
                .isNaN();
        assertThat(with(new RealSumState(), Double.POSITIVE_INFINITY, 1.0).mean())
                .hasValue(Double.POSITIVE_INFINITY);
        assertThat(new RealSumState().mean()).isEmpty();
        assertThat(new RealSumState().sum()).isZero();
    }

    @Test
    void extremesOrderNegativeZeroBelowZeroAndNotANumberAboveAll() {
        ExtremeState min = with(new ExtremeState(true), 0.0, -0.0, Double.NaN);
        ExtremeState max = with(new ExtremeState(false), -0.0, 0.0);

        assertThat(Double.doubleToRawLongBits(real(min.value(ValueType.DOUBLE))))
                .isEqualTo(Double.doubleToRawLongBits(-0.0));
        assertThat(Double.doubleToRawLongBits(real(max.value(ValueType.DOUBLE))))
                .isZero();
        assertThat(real(with(max, Double.NaN).value(ValueType.DOUBLE))).isNaN();
        assertThat(real(with(new ExtremeState(true), Double.NaN).value(ValueType.DOUBLE)))
                .isNaN();
        assertThat(real(with(new ExtremeState(true), 5.0, Double.NEGATIVE_INFINITY)
                        .value(ValueType.DOUBLE)))
                .isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(with(new ExtremeState(true), 5L, Long.MIN_VALUE, 7L).value(ValueType.INT64))
                .isEqualTo(new FeatureValue.Int(Long.MIN_VALUE));
        assertThat(new ExtremeState(true).value(ValueType.INT64)).isNull();
    }

    @Test
    void wholeSumsAreExactAndEmptyBeyond64Bits() {
        assertThat(with(new IntSumState(), Long.MAX_VALUE, Long.MAX_VALUE, -Long.MAX_VALUE)
                        .sum())
                .hasValue(Long.MAX_VALUE);
        assertThat(with(new IntSumState(), Long.MAX_VALUE, 1L).sum()).isEmpty();
        assertThat(with(new IntSumState(), Long.MIN_VALUE, -1L).sum()).isEmpty();
        assertThat(with(new IntSumState(), Long.MIN_VALUE, -1L, 1L).sum()).hasValue(Long.MIN_VALUE);
        assertThat(with(new IntSumState(), Long.MAX_VALUE, Long.MAX_VALUE).mean())
                .hasValue(0x1p63);
        assertThat(with(new IntSumState(), 1L, 2L).mean()).hasValue(1.5);
        assertThat(with(new IntSumState(), -1L, -2L).mean()).hasValue(-1.5);
    }

    @Test
    void theLastValueIsThatOfTheNewestEventWhateverTheOrderOfArrival() {
        var state = new LastState();
        state.add(new FeatureValue.Int(1), true, order(10, 5));
        state.add(new FeatureValue.Int(2), true, order(10, 6));
        state.add(new FeatureValue.Int(3), true, order(9, 7));
        var other = new LastState();
        other.add(new FeatureValue.Int(4), true, new EventOrder(10, "ie", 0, 0));
        var merged = LastState.read(new ByteReader(bytes(state)));
        merged.merge(new LastState());

        assertThat(state.value()).isEqualTo(new FeatureValue.Int(2));
        assertThat(merged.value()).isEqualTo(new FeatureValue.Int(2));
        merged.merge(other);
        assertThat(merged.value()).isEqualTo(new FeatureValue.Int(4));
    }

    @Test
    void ofTwoEventsOfEqualTimeTheOneCreatedLaterIsTheLast() {
        var state = new LastState();
        state.add(new FeatureValue.Int(1), true, new EventOrder(10, 200, "id", 0, 1));
        state.add(new FeatureValue.Int(2), true, new EventOrder(10, 100, "id", 0, 2));
        state.add(new FeatureValue.Int(3), true, order(10, 3));
        var merged = LastState.read(new ByteReader(bytes(state)));

        assertThat(merged.value()).isEqualTo(new FeatureValue.Int(1));
        merged.add(new FeatureValue.Int(4), true, new EventOrder(10, 201, "id", 0, 0));
        assertThat(merged.value()).isEqualTo(new FeatureValue.Int(4));
    }

    @Test
    void aStateOfAnotherFoldIsRefused() {
        assertThatThrownBy(() -> new CountState().merge(new RateState())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ExtremeState(true).merge(new ExtremeState(false)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> with(new IntSumState(), 1.0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bytesThatEndTooSoonAreDamaged() {
        byte[] whole = bytes(with(new RealSumState(), 1.5, 2.5));

        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> RealSumState.read(new ByteReader(cut))).isInstanceOf(EncodingException.class);
        }
    }

    @Test
    void theSortableFormOfAnOrderSortsAsTheOrderDoes() {
        EventOrder[] ascending = {
            new EventOrder(Long.MIN_VALUE, "b", 0, 0),
            new EventOrder(-1, "b", 0, 0),
            new EventOrder(0, "a", 9, 9),
            new EventOrder(0, "aa", 0, 0),
            new EventOrder(0, "b", 0, 8),
            new EventOrder(0, "b", 0, 9),
            new EventOrder(0, "b", 1, 0),
            new EventOrder(0, -5, "z", 0, 0),
            new EventOrder(0, 0, "a", 0, 9),
            new EventOrder(0, 0, "b", 0, 0),
            new EventOrder(0, 7, "a", 0, 0),
            new EventOrder(1, "a", 0, 0),
        };
        for (int i = 0; i < ascending.length; i++) {
            var out = new ByteWriter();
            ascending[i].writeSortable(out);
            assertThat(EventOrder.readSortable(new ByteReader(out.toBytes()))).isEqualTo(ascending[i]);
            for (int j = 0; j < ascending.length; j++) {
                var other = new ByteWriter();
                ascending[j].writeSortable(other);
                assertThat(Integer.signum(Arrays.compareUnsigned(out.toBytes(), other.toBytes())))
                        .isEqualTo(Integer.compare(i, j));
                assertThat(Integer.signum(ascending[i].compareTo(ascending[j]))).isEqualTo(Integer.compare(i, j));
            }
        }
    }
}
