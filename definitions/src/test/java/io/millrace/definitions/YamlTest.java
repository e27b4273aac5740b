package io.millrace.definitions;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class YamlTest {
    private final Faults faults = new Faults();

    private MapNode only(String yaml) {
        return Yaml.documents(new DefinitionFile("v.yaml", yaml), faults).getFirst();
    }

    private List<String> messages() {
        return faults.all().stream().map(Fault::toString).toList();
    }

    @Test
    void everyFaultIsReportedWithItsLineAndTheNearestName() {
        MapNode node = only("name: a\nttl: soon\nverson: v1\n");

        assertThat(node.string("name")).isEqualTo("a");
        assertThat(node.duration("ttl")).isEqualTo(Duration.ZERO);
        assertThat(node.string("version")).isEmpty();
        node.refuseUnknownKeys();

        assertThat(messages()).hasSize(3);
        assertThat(messages().get(0)).startsWith("v.yaml:2: 'ttl' must be a duration");
        assertThat(messages().get(1)).startsWith("v.yaml:1: 'version' is missing");
        assertThat(messages().get(2)).startsWith("v.yaml:3: unknown key 'verson'; did you mean 'version'?");
    }

    @Test
    void durationsAreReadInTheirUnits() {
        MapNode node = only("a: 500ms\nb: 5m\nc: 90d\nd: PT1H\n");

        assertThat(node.duration("a")).isEqualTo(Duration.ofMillis(500));
        assertThat(node.duration("b")).isEqualTo(Duration.ofMinutes(5));
        assertThat(node.duration("c")).isEqualTo(Duration.ofDays(90));
        assertThat(node.duration("d")).isEqualTo(Duration.ofHours(1));
        assertThat(faults.isEmpty()).isTrue();
    }

    @Test
    void aliasBombsDeepNestingAndTagsAreFaultsAndNothingElse() {
        String bomb = "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n";
        String deep = "a: " + "[".repeat(10_000) + "]".repeat(10_000);
        String twice = "a: 1\na: 2\n";

        assertThat(Yaml.documents(new DefinitionFile("bomb", bomb), faults)).isEmpty();
        assertThat(Yaml.documents(new DefinitionFile("deep", deep), faults)).isEmpty();
        assertThat(faults.all()).hasSize(2);
        only(twice);
        assertThat(faults.all()).hasSize(3);
        String tagged = "a: !!javax.script.ScriptEngineManager [x]\n";
        assertThat(Yaml.documents(new DefinitionFile("tagged", tagged), faults)).isEmpty();
        assertThat(faults.all()).hasSize(4);
    }

    @Test
    void severalDocumentsAreReadAndEmptyOnesSkipped() {
        var documents = Yaml.documents(new DefinitionFile("f", "a: 1\n---\n---\nb: 2\n"), faults);

        assertThat(documents).hasSize(2);
        assertThat(documents.get(1).place()).isEqualTo(new Place("f", 4, 1));
        assertThat(faults.isEmpty()).isTrue();
    }
}
