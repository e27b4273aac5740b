package io.millrace.features.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.definitions.DefinitionFile;
import io.millrace.features.app.Views;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.definition.FeatureViewReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefinitionDifferenceTest {
    private static final String YAML = Views.activity("user_activity", "v1", "clicks");
    private static final FeatureView SERVED = Views.view(YAML);

    @Test
    void wordsAboutAViewAreNoDifferenceInWhatItGives() {
        assertThat(DefinitionDifference.between(
                        SERVED, Views.view(YAML.replace("what a user did", "other") + "tags: {a: b}\n")))
                .isEmpty();
    }

    @Test
    void commentsAndSpellingsAreNoDifference() {
        String respelled =
                "# comment\n" + YAML.replace("ttl: 1d", "ttl: 24h").replace("retention: 2d", "retention: PT48H");

        assertThat(DefinitionDifference.between(SERVED, Views.view(respelled))).isEmpty();
    }

    @Test
    void howRecordsAreWrittenIsNamedToo() {
        String framed = YAML.replace("format: json", "format: avro\n  framing: registry");
        String bare = YAML.replace("format: json", "format: avro\n  framing: none\n  schema: a.avsc");

        assertThat(DefinitionDifference.between(withSchema(framed), withSchema(bare)))
                .contains("source.schema");
        assertThat(DefinitionDifference.between(
                        withSchema(bare), withSchema(bare.replace("framing: none", "framing: registry"))))
                .contains("source.framing");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "name: user\\n|name: person\\n|entity.name",
                "type: int64, field: user|type: string, field: user|entity.join_keys.user_id",
                "topic: clicks|topic: clacks|source.topic",
                "unit: rfc3339|unit: ms|source.timestamp.unit",
                "field: at,|field: time,|source.timestamp.field",
                "format: json|format: avro|source.format",
                "ttl: 1d|ttl: 2d|ttl",
                "ttl: 1d|ttl: 1d\\nallowed-lateness: 1m|allowed-lateness",
                "ttl: 1d|ttl: 1d\\ncontract: {domain: d, name: n}|contract",
                "retention: 2d|retention: 3d|retention",
                "aggregate: mean|aggregate: max|features.amount_mean_1h.aggregate",
                "'click'|'purchase'|features.click_rate_1h.where",
                "aggregate: count, window: 1h|aggregate: count, window: 2h|features.events_1h.window",
                "aggregate: count, window: 1h|aggregate: count, window: 1h, hop: 1m|features.events_1h.hop",
                "name: last_amount|name: newest_amount|features.last_amount"
            })
    void theFieldThatDiffersIsNamed(String from, String to, String field) {
        String before = from.replace("\\n", "\n");
        assertThat(YAML).contains(before);

        assertThat(DefinitionDifference.between(SERVED, Views.view(YAML.replace(before, to.replace("\\n", "\n")))))
                .contains(field);
    }

    private static FeatureView withSchema(String yaml) {
        String schema = """
                {"type": "record", "name": "Click", "fields": [{"name": "user", "type": "long"},
                 {"name": "at", "type": "string"}, {"name": "amount", "type": "double"}, {"name": "kind", "type": "string"}]}
                """;
        return new FeatureViewReader()
                .read(List.of(new DefinitionFile("v.yaml", yaml), new DefinitionFile("a.avsc", schema)))
                .getFirst();
    }
}
