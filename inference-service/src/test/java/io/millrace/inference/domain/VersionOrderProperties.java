package io.millrace.inference.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.strings;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

class VersionOrderProperties {
    private final VersionOrder order = new VersionOrder();

    @Test
    void numbersInVersionsCompareAsNumbers() {
        assertThat(Stream.of("10", "9", "1.10", "1.9", "v2", "v10", "2024-06-01", "1")
                        .sorted(order))
                .containsExactly("1", "1.9", "1.10", "9", "10", "2024-06-01", "v2", "v10");
    }

    @Test
    void wholeNumbersKeepTheirOrder() {
        qt().forAll(integers().between(0, 1_000_000), integers().between(0, 1_000_000))
                .check((a, b) -> Integer.signum(order.compare("v" + a, "v" + b)) == Integer.compare(a, b));
    }

    @Test
    void theOrderIsTotal() {
        Gen<String> versions = strings().betweenCodePoints('.', '9').ofLengthBetween(1, 6);
        qt().forAll(versions, versions, versions).check((a, b, c) -> {
            boolean antisymmetric = Integer.signum(order.compare(a, b)) == -Integer.signum(order.compare(b, a));
            boolean distinct = (order.compare(a, b) == 0) == a.equals(b);
            boolean transitive = !(order.compare(a, b) < 0 && order.compare(b, c) < 0) || order.compare(a, c) < 0;
            return antisymmetric && distinct && transitive;
        });
    }
}
