package io.millrace.inference.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class StreamWiringTest {
    @Test
    void aPodsOrdinalIsTheNumberAtTheEndOfItsName() {
        assertThat(StreamWiring.ordinal(OptionalInt.empty(), "millrace-inference-service-12"))
                .isEqualTo(12);
        assertThat(StreamWiring.ordinal(OptionalInt.empty(), "laptop")).isZero();
        assertThat(StreamWiring.ordinal(OptionalInt.empty(), null)).isZero();
        assertThat(StreamWiring.ordinal(OptionalInt.of(3), "pod-12")).isEqualTo(3);
    }
}
