package io.millrace.features.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.ValueType;
import org.junit.jupiter.api.Test;

class CoercionTest {
    @Test
    void aNumberMayComeAsTextOrWithAnEmptyFraction() {
        assertThat(Coercion.to(ValueType.INT64, new FeatureValue.Text("1001"))).contains(new FeatureValue.Int(1001));
        assertThat(Coercion.to(ValueType.INT64, new FeatureValue.Real(1001.0))).contains(new FeatureValue.Int(1001));
        assertThat(Coercion.to(ValueType.STRING, new FeatureValue.Int(7))).contains(new FeatureValue.Text("7"));
        assertThat(Coercion.to(ValueType.DOUBLE, new FeatureValue.Int(7))).contains(new FeatureValue.Real(7));
    }

    @Test
    void nothingLosesInformation() {
        assertThat(Coercion.to(ValueType.INT64, new FeatureValue.Real(0.5))).isEmpty();
        assertThat(Coercion.to(ValueType.INT64, new FeatureValue.Real(0x1p63))).isEmpty();
        assertThat(Coercion.to(ValueType.INT64, new FeatureValue.Text("9223372036854775808")))
                .isEmpty();
        assertThat(Coercion.to(ValueType.DOUBLE, new FeatureValue.Int((1L << 53) + 1)))
                .isEmpty();
        assertThat(Coercion.to(ValueType.INT64, new FeatureValue.Bool(true))).isEmpty();
        assertThat(Coercion.to(ValueType.BOOL, new FeatureValue.Int(1))).isEmpty();
        assertThat(Coercion.to(ValueType.STRING, new FeatureValue.Real(1))).isEmpty();
    }

    @Test
    void timesAreReadFromRfc3339AndFromSeconds() {
        assertThat(Coercion.to(ValueType.TIMESTAMP, new FeatureValue.Text("1970-01-01T01:00:01.5+01:00")))
                .contains(new FeatureValue.Time(1_500_000));
        assertThat(Coercion.to(ValueType.TIMESTAMP, new FeatureValue.Int(-1)))
                .contains(new FeatureValue.Time(-1_000_000));
        assertThat(Coercion.micros("1969-12-31T23:59:59.9999999Z")).contains(-1L);
        assertThat(Coercion.micros("2026-03-02")).isEmpty();
    }
}
