package io.millrace.definitions;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class YamlTreesTest {
    private final Faults faults = new Faults();

    private List<Tree> trees(String yaml) {
        return Yaml.trees(new DefinitionFile("t.yaml", yaml), faults);
    }

    @Test
    void everyValueKnowsItsKindItsTextAndItsPlace() {
        Tree.Mapping map =
                (Tree.Mapping) trees("a: 5\nb: '5'\nc: 1.50\nd: 2024-01-01\ne: yes\nf:\ng: [x, {h: 1_000}]\n")
                        .getFirst();

        assertThat(map.plain())
                .containsEntry("a", 5L)
                .containsEntry("b", "5")
                .containsEntry("c", new BigDecimal("1.50"))
                .containsEntry("d", "2024-01-01")
                .containsEntry("e", true)
                .containsEntry("f", null)
                .containsEntry("g", Arrays.asList("x", Map.of("h", 1000L)));
        Tree.Entry entry = Objects.requireNonNull(map.entries().get("c"));
        assertThat(entry.place()).isEqualTo(new Place("t.yaml", 3, 1));
        assertThat(entry.value().place()).isEqualTo(new Place("t.yaml", 3, 4));
        assertThat(((Tree.Scalar) entry.value()).text()).isEqualTo("1.50");
        assertThat(faults.isEmpty()).isTrue();
    }

    @Test
    void keysThatStandTwiceAndTagsAreFaults() {
        trees("a: 1\na: 2\nb: !mine x\n");

        assertThat(faults.all())
                .extracting(Fault::toString)
                .containsExactly("t.yaml:2: key 'a' stands twice", "t.yaml:3: tag '!mine' is not supported");
    }

    @Test
    void numbersBeyondAnyMeasureStayText() {
        Tree.Mapping map = (Tree.Mapping) trees("a: 1.0e+999999\n").getFirst();

        assertThat(map.plain()).containsEntry("a", "1.0e+999999");
    }

    @Test
    void whatIsWrittenReadsBack() {
        var plain = Map.of("a", List.of(1L, "1", true, new BigDecimal("0.5")), "b", Map.of("c", "x: y"));

        assertThat(trees(Yaml.write(plain)).getFirst().plain()).isEqualTo(plain);
    }
}
