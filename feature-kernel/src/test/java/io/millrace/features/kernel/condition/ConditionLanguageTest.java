package io.millrace.features.kernel.condition;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.ValueType;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionLanguageTest {
    private final ConditionLanguage language = ConditionLanguage.over(List.of(
            new EventField("real", ValueType.DOUBLE),
            new EventField("whole", ValueType.INT64),
            new EventField("text", ValueType.STRING),
            new EventField("flag", ValueType.BOOL),
            new EventField("raw", ValueType.BYTES),
            new EventField("time", ValueType.TIMESTAMP)));

    private static final List<@Nullable FeatureValue> VALUES = List.of(
            new FeatureValue.Real(15.5),
            new FeatureValue.Int(3),
            new FeatureValue.Text("ORD"),
            new FeatureValue.Bool(true),
            new FeatureValue.Bytes(new byte[] {1}),
            new FeatureValue.Time(983_528_100_123_456L));

    private static final List<@Nullable FeatureValue> NULLS = Arrays.asList(null, null, null, null, null, null);

    private boolean met(String expression, List<@Nullable FeatureValue> values) {
        Compilation compilation = language.compile(expression);
        assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
        return ((Compilation.Compiled) compilation).condition().isMetBy(values);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "real > 15.0",
                "real > 15",
                "whole == 3",
                "whole < 3.5",
                "text == 'ORD'",
                "text.startsWith('O') && flag",
                "text.matches('^O.D$')",
                "raw == b'\\x01'",
                "time > timestamp('2001-03-02T10:15:00.123455Z')",
                "time <= timestamp('2001-03-02T10:15:00.123456Z')",
                "whole in [1, 2, 3]",
                "size(text) == 3",
                "flag",
                "real / 0.0 > 1.0",
                "whole != null"
            })
    void whatHoldsIsMetAndWithNullsItIsNot(String expression) {
        assertThat(met(expression, VALUES)).isTrue();
        assertThat(met(expression, NULLS)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"real == null", "time == null", "flag == null || flag"})
    void nullsCanBeAskedFor(String expression) {
        assertThat(met(expression, NULLS)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"real < 0.0", "whole / 0 > 1", "whole * 9223372036854775807 > 0", "text == 'JFK'", "!flag"})
    void whatDoesNotHoldOrCannotBeDecidedIsNotMet(String expression) {
        assertThat(met(expression, VALUES)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "real",
                "real >",
                "rael > 1.0",
                "text > 5",
                "[1].exists(x, x > 0)",
                "real + 1.0",
                "whole ? 1 : 2"
            })
    void whatIsNoConditionDoesNotCompile(String expression) {
        assertThat(language.compile(expression)).isInstanceOf(Compilation.Faulty.class);
    }

    @Test
    void hostileExpressionsAreRefusedNotRun() {
        assertThat(language.compile("whole == 1 || ".repeat(200) + "flag")).isInstanceOf(Compilation.Faulty.class);
        assertThat(language.compile("(".repeat(400) + "flag" + ")".repeat(400))).isInstanceOf(Compilation.Faulty.class);
    }
}
