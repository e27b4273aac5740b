package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inference.app.DeadLetterReason;
import io.millrace.inference.domain.Pipeline;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quicktheories.WithQuickTheories;

class EventDecoderTest implements WithQuickTheories {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rfc3339 | \"2001-03-02T10:15:00Z\"             | 983528100000000",
                "rfc3339 | \"2001-03-02T12:15:00.1234567+02:00\" | 983528100123456",
                "s       | 983528100                           | 983528100000000",
                "s       | 983528100.25                        | 983528100250000",
                "ms      | 983528100001                        | 983528100001000",
                "us      | -1                                  | -1",
            })
    void aTimestampIsReadInItsUnit(String unit, String written, long micros) {
        DecodedEvent decoded = decode(unit, "{\"id\":\"a\",\"at\":" + written + "}");

        assertThat(decoded).isInstanceOfSatisfying(DecodedEvent.Event.class, event -> {
            assertThat(event.timestampMicros()).isEqualTo(micros);
            assertThat(event.row().asOfMicros()).isEqualTo(micros - 1);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rfc3339 | \"2001-03-02\"",
                "rfc3339 | 983528100",
                "s       | \"983528100\"",
                "s       | 9e300",
                "s       | 9223372036854775807",
                "ms      | true",
                "us      | 253402300800000000",
            })
    void whatIsNoInstantInTheUnitIsInvalid(String unit, String written) {
        assertThat(decode(unit, "{\"id\":\"a\",\"at\":" + written + "}"))
                .isInstanceOfSatisfying(DecodedEvent.Faulty.class, faulty -> assertThat(faulty.reason())
                        .isEqualTo(DeadLetterReason.INVALID_TIMESTAMP));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "\"text\"",
                "{\"id\":\"a\",\"at\":1",
                "{\"id\":\"a\",\"at\":1} x",
                "{\"id\":\"a\",\"id\":\"b\",\"at\":1}",
                "{\"id\":\"a\",\"at\":1,\"amount\":1e999}",
                "{\"id\":\"a\",\"at\":1,\"amount\":NaN}",
                "{\"id\":\"a\u0000\",\"at\":1}",
                "{\"id\":\"a\\ud83d\",\"at\":1}",
                "{\"id\":\"\\ude00\\ud83d\",\"at\":1}",
                "{\"id\":\"a\",\"at\":1,\"text\":\"\\ud800b\"}",
            })
    void whatIsNotOneJsonObjectIsUndecodable(String text) {
        assertThat(decode("ms", text))
                .isInstanceOfSatisfying(DecodedEvent.Faulty.class, faulty -> assertThat(faulty.reason())
                        .isEqualTo(DeadLetterReason.UNDECODABLE));
    }

    @Test
    void depthAndNumbersBeyondTheLimitsAreUndecodable() {
        String deep = "{\"id\":\"a\",\"at\":1,\"x\":" + "[".repeat(1_001) + "]".repeat(1_001) + "}";
        String number = "{\"id\":\"a\",\"at\":1,\"amount\":" + "9".repeat(1_001) + "}";

        assertThat(decode("ms", deep)).isInstanceOf(DecodedEvent.Faulty.class);
        assertThat(decode("ms", number)).isInstanceOf(DecodedEvent.Faulty.class);
    }

    @Test
    void scalarsKeepTheirTypesAndNullsAreAbsent() {
        DecodedEvent decoded =
                decode("ms", "{\"id\":12.50,\"at\":1,\"amount\":3,\"flag\":true,\"text\":null,\"x\":{\"id\":1}}");

        assertThat(decoded).isInstanceOfSatisfying(DecodedEvent.Event.class, event -> {
            assertThat(event.key()).isEqualTo("12.50");
            assertThat(event.row().fields())
                    .containsEntry("amount", 3L)
                    .containsEntry("flag", true)
                    .containsEntry("id", 12.5)
                    .doesNotContainKeys("text", "x");
        });
    }

    @Test
    void whateverTheBytesAreDecodingAnswers() {
        EventDecoder decoder = new EventDecoder(pipeline("ms"), 1_000, Optional.empty());
        byte[] seed = "{\"id\":\"a\",\"at\":1700000000000,\"amount\":3,\"x\":[{\"y\":\"\\u00e9\"}]}"
                .getBytes(StandardCharsets.UTF_8);
        qt().forAll(
                        integers().between(0, seed.length - 1),
                        integers().between(0, 255),
                        integers().between(0, seed.length))
                .checkAssert((at, value, length) -> {
                    byte[] mutated = java.util.Arrays.copyOf(seed, length);
                    if (at < length) {
                        mutated[at] = value.byteValue();
                    }
                    assertThat(decoder.decode(mutated)).isNotNull();
                });
    }

    private static DecodedEvent decode(String unit, String text) {
        return new EventDecoder(pipeline(unit), 100_000, Optional.empty())
                .decode(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Pipeline pipeline(String unit) {
        return Stage.pipeline("""
                kind: Pipeline
                name: p
                input: {topic: in, timestamp: {field: at, unit: %s}}
                key: id
                request: {amount: int64, flag: bool, text: string, x: string}
                model: {name: m}
                output: {topic: out}
                """.formatted(unit));
    }
}
