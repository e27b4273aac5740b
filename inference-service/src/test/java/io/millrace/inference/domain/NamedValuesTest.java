package io.millrace.inference.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.inference.domain.NamedValues.Names;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NamedValuesTest {
    @Test
    void isTheMapOfTheNamesThatHaveAValue() {
        var row = new NamedValues<>(Names.of(List.of("b", "a", "c")), new Long[] {2L, null, 3L});

        assertThat(row).isEqualTo(Map.of("b", 2L, "c", 3L)).hasSize(2);
        assertThat(row.keySet()).containsExactly("b", "c");
        assertThat(row.get("a")).isNull();
        assertThat(row).doesNotContainKey("a").doesNotContainKey("d").containsEntry("c", 3L);
        assertThat(row.hashCode()).isEqualTo(Map.of("b", 2L, "c", 3L).hashCode());
    }

    @Test
    void findsEachOfManyNames() {
        List<String> names = IntStream.range(0, 100).mapToObj(i -> "n" + i).toList();
        var row = new NamedValues<>(Names.of(names), names.toArray(String[]::new));

        assertThat(names).allSatisfy(name -> assertThat(row.get(name)).isEqualTo(name));
        assertThat(row.get("n100")).isNull();
    }

    @Test
    void nobodyCanChangeIt() {
        var row = new NamedValues<>(Names.of(List.of("a")), new Long[] {1L});

        assertThatThrownBy(() -> row.put("a", 2L)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(row::clear).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void takesAsManyValuesAsNames() {
        assertThatThrownBy(() -> new NamedValues<>(Names.of(List.of("a", "b")), new Long[] {1L}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 values for 2 names");
    }
}
