package io.millrace.gate;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.MemorySize;
import java.math.BigInteger;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConfigBoundsTest {
    private final ConfigBounds bounds = new ConfigBounds("millrace.test");

    private static MemorySize bytes(long bytes) {
        return new MemorySize(BigInteger.valueOf(bytes));
    }

    @Test
    void whatLiesOnABoundIsFine() {
        bounds.time("least", Duration.ofSeconds(1), "PT1S", "PT2S");
        bounds.time("most", Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(2));
        bounds.size("size", bytes(10), 10, 10);
        bounds.number("number", 3, 3, 3);
        bounds.share("share", 1, 0, 1);
        bounds.positive("positive", Duration.ofNanos(1));
        assertThatCode(bounds::refuseFaults).doesNotThrowAnyException();
    }

    @Test
    void everythingThatIsOutOfItsBoundsIsNamedAtOnce() {
        bounds.time("wait", Duration.ofSeconds(3), "PT1S", "PT2S");
        bounds.size("size", bytes(9), 10, 20);
        bounds.number("number", 4, 1, 3);
        bounds.share("share", Double.NaN, 0, 1);
        bounds.positive("zero", Duration.ZERO);
        bounds.require("url", false, "an http URL", "ftp://x");
        assertThatThrownBy(bounds::refuseFaults)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("millrace.test.wait must be PT1S to PT2S, was PT3S; "
                        + "millrace.test.size must be 10 to 20 bytes, was 9; millrace.test.number must be 1 to 3, was 4; "
                        + "millrace.test.share must be 0.0 to 1.0, was NaN; millrace.test.zero must be positive, was PT0S; "
                        + "millrace.test.url must be an http URL, was ftp://x");
    }
}
