package io.millrace.registry.app.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.gate.Refusal;
import io.millrace.registry.app.RegistryReason;
import io.millrace.registry.domain.validation.Rows;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowReadersTest {
    private static List<List<Object>> all(RowData data) {
        var all = new ArrayList<List<Object>>();
        try (Rows rows = data.open()) {
            Object[] cells = rows.next();
            while (cells != null) {
                all.add(Arrays.asList(cells));
                cells = rows.next();
            }
        }
        return all;
    }

    private static RowData json(String text) {
        return JsonRows.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static RowData csv(String text) {
        return CsvRows.of(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void jsonValuesKeepTheirTypesAndEveryDigit() {
        assertThat(all(json("[{\"a\":1,\"b\":0.10,\"c\":\"x\",\"d\":[true,null],\"e\":{\"f\":2}}]")))
                .containsExactly(List.of(1L, new BigDecimal("0.10"), "x", Arrays.asList(true, null), Map.of("f", 2L)));
    }

    @Test
    void aJsonColumnIsKnownOnceARowHasIt() {
        assertThat(all(json("{\"a\":1}\n{\"b\":2}\n{\"a\":3,\"b\":4}\n")))
                .containsExactly(List.of(1L), Arrays.asList(null, 2L), List.of(3L, 4L));
    }

    @Test
    void csvFollowsRfc4180() {
        assertThat(all(csv("\uFEFFa,b\r\n1,\"x \"\"y\"\", z\"\r\n,\"\"\n\n\"two\nlines\",4")))
                .containsExactly(List.of("1", "x \"y\", z"), Arrays.asList(null, ""), List.of("two\nlines", "4"));
    }

    @Test
    void anEmptyLastFieldIsNull() {
        assertThat(all(csv("a,b\n1,"))).containsExactly(Arrays.asList("1", null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a,a\n", "a,\n", "a\n1,2\n", "a,b\n1\n", "a\n\"x\n", "a\n\"x\"y\n", "a\nx\"y\n"})
    void csvThatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> all(csv(text)))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(RegistryReason.ROWS_UNREADABLE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "[1]", "[{}", "{\"a\":}", "[{}] x", "null", "[{\"a\":NaN}]", "[{\"a\":01}]", "\"x\""})
    void jsonThatIsNoRowsIsRefused(String text) {
        assertThatThrownBy(() -> all(json(text)))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(RegistryReason.ROWS_UNREADABLE));
    }

    @Test
    void hostileJsonIsRefusedAtItsBounds() {
        List<String> hostile = List.of(
                "[{\"a\":" + "[".repeat(1001) + "]".repeat(1001) + "}]",
                "[{\"a\":\"" + "x".repeat(20 << 20) + "\"}]",
                "[{\"a\":" + "1".repeat(1001) + "}]");
        for (String text : hostile) {
            assertThatThrownBy(() -> all(json(text))).isInstanceOf(Refusal.class);
        }
        assertThatThrownBy(() -> all(JsonRows.of(new byte[] {'[', '{', '"', (byte) 0xff, '"', ':', '1', '}', ']'})))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> all(CsvRows.of(new byte[] {'a', '\n', (byte) 0xff})))
                .isInstanceOf(Refusal.class);
    }
}
