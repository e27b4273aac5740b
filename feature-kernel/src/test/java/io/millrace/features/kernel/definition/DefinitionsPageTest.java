package io.millrace.features.kernel.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.features.kernel.definition.DefinitionKey.Kind;
import io.millrace.features.kernel.definition.DefinitionKeys.Key;
import io.millrace.features.kernel.definition.DefinitionKeys.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The reference of definitions says of every key what the readers know, and nothing else. */
class DefinitionsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "definitions.md");
    private static final Pattern KNOWN = Pattern.compile("unknown key 'zzz'.*; known: \\[(.*)]");

    /** One document of each kind and form; {@code ~} marks the maps in which an unknown key is put. */
    private static final List<String> SAMPLES = List.of("""
            {kind: Entity, name: e, join_keys: [{name: k, type: string, ~join_keys[]}], ~}
            """, """
            {kind: FeatureView, name: v, version: v1, entity: {name: e, join_keys: [{name: k, type: string, ~entity.join_keys[]}], ~entity},
             source: {topic: t, timestamp: {field: at, ~source.timestamp}, ~source}, contract: {domain: d, name: n, ~contract},
             features: [{name: f, type: double, ~features[]}], ~}
            """, """
            {kind: FeatureView, name: v, version: v1, entity: {name: e, join_keys: [{name: k, type: string}]},
             source: {batch: {path: x.csv, ~source.batch}, timestamp: {field: at}, created: {field: made, ~source.created}, ~source},
             features: [{name: f, type: double, aggregate: mean, field: x, window: 1h, where: "x > 1.0", ~features[]}]}
            """, """
            {kind: FeatureView, name: v, version: v1, entity: {name: e, join_keys: [{name: k, type: string}]},
             source: {batch: {query: select, on: db, ~source.batch}, timestamp: {field: at}},
             features: [{name: f, type: vector, dimension: 3, ~features[]}]}
            """, """
            {kind: OnDemandFeatureView, name: o, version: v1, request: {x: double}, features: [{name: f, type: double, expression: x, ~features[]}], ~}
            """, """
            {kind: FeatureService, name: s, version: v1, features: [v], ~}
            """);

    /** What the reader says it knows where the marked map has a key that it does not. */
    private static Set<String> known(String sample, String path) {
        String marked = sample.replaceAll("~" + Pattern.quote(path) + "(?=[,}\\s])", "zzz: 1")
                .replaceAll(", ~[a-z_.\\[\\]]*", "");
        var faults = new Faults();
        new DefinitionReader().readAlone(List.of(new DefinitionFile("x.yaml", marked)), faults);
        var known = new LinkedHashSet<String>();
        faults.all().forEach(fault -> {
            Matcher matcher = KNOWN.matcher(fault.message());
            if (matcher.find()) {
                known.addAll(List.of(matcher.group(1).split(", ")));
            }
        });
        return known;
    }

    @Test
    void everyKeyThatAReaderKnowsIsDescribedAndNoOther() {
        for (Section section : DefinitionKeys.sections()) {
            var known = new HashSet<String>();
            SAMPLES.stream()
                    .filter(sample -> sample.contains("kind: " + section.kind().word() + ","))
                    .forEach(sample -> known.addAll(known(sample, section.path())));
            assertThat(section.keys().stream().map(Key::name).toList())
                    .as("%s %s", section.kind().word(), section.path())
                    .containsExactlyInAnyOrderElementsOf(known);
        }
    }

    @Test
    void thePageIsMadeOfTheKeys() throws IOException {
        String expected = page();
        if (Boolean.getBoolean("millrace.write-docs")) {
            Files.writeString(PAGE, expected);
        }
        assertThat(PAGE)
                .as(
                        "it has fallen behind: mvn -pl feature-kernel test -Dtest=DefinitionsPageTest -Dmillrace.write-docs=true")
                .content()
                .isEqualTo(expected);
    }

    private static String page() throws IOException {
        var page = new StringBuilder(Files.readString(Path.of("src", "test", "resources", "definitions-head.md")));
        Kind kind = null;
        for (Section section : DefinitionKeys.sections()) {
            if (section.kind() != kind) {
                kind = section.kind();
                page.append("\n## ").append(kind.word()).append('\n');
            }
            if (!section.path().isEmpty()) {
                page.append("\n### `").append(section.path()).append("`\n");
            }
            page.append('\n').append(section.meaning()).append("\n\n");
            page.append("| key | what | where left out | bounds | meaning |\n|---|---|---|---|---|\n");
            for (Key key : section.keys()) {
                page.append("| `%s` | %s | %s | %s | %s |%n"
                        .formatted(key.name(), key.type(), key.fallback(), key.bounds(), key.meaning())
                        .replace(System.lineSeparator(), "\n"));
            }
        }
        return page.toString();
    }
}
