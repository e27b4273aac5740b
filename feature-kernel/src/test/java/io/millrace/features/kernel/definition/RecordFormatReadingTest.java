package io.millrace.features.kernel.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.InvalidDefinitionException;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.RecordFormat;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordFormatReadingTest {
    private static final String SCHEMA = """
            {"type": "record", "name": "Click", "fields": [
              {"name": "user", "type": "long"}, {"name": "at", "type": "long"}, {"name": "amount", "type": "double"}]}
            """;
    private static final String PROTO = """
            syntax = "proto3";
            package shop;
            message Click { int64 user = 1; int64 at = 2; double amount = 3; }
            """;

    private static String view(String source) {
        return """
                kind: FeatureView
                name: clicks
                version: v1
                entity: {name: user, join_keys: [{name: user, type: int64}]}
                source: {topic: clicks, timestamp: {field: at, unit: ms}%s}
                features:
                  - {name: last_amount, type: double, field: amount}
                """.formatted(source);
    }

    private static FeatureView read(DefinitionFile... files) {
        return new FeatureViewReader().read(List.of(files)).getFirst();
    }

    private static RecordFormat format(FeatureView view) {
        return ((Source.Topic) view.source()).format();
    }

    @Test
    void aViewNamesTheSchemaBesideItsFileAndIsKeptWithIt() {
        FeatureView view = read(
                new DefinitionFile("shop/views/clicks.yaml", view(", format: avro, schema: click.avsc")),
                new DefinitionFile("shop/other/click.avsc", "{}"),
                new DefinitionFile("shop/views/click.avsc", SCHEMA));

        assertThat(format(view).schema().orElseThrow().content()).isEqualTo(SCHEMA);
        FeatureView again = read(new DefinitionFile("clicks@v1", view.yaml()));
        assertThat(again.source()).isEqualTo(view.source());
        assertThat(again.yaml()).isEqualTo(view.yaml());
    }

    @Test
    void aProtoFileIsCompiledWhenItIsApplied() {
        FeatureView view = read(
                new DefinitionFile("clicks.yaml", view(", format: protobuf, schema: shop.proto, message: shop.Click")),
                new DefinitionFile("shop.proto", PROTO));

        assertThat(format(view).encoding()).isEqualTo(RecordFormat.Encoding.PROTOBUF);
        assertThat(read(new DefinitionFile("clicks@v1", view.yaml())).source()).isEqualTo(view.source());
    }

    @Test
    void withoutASchemaARegistryIsNeededWhereTheServiceRuns() {
        assertThat(format(read(new DefinitionFile("clicks.yaml", view(", format: avro"))))
                        .schema())
                .isEmpty();
        assertThat(format(read(new DefinitionFile("clicks.yaml", view(""))))).isEqualTo(RecordFormat.JSON);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ", format: avrro | did you mean 'avro'",
                ", format: avro, schema: clik.avsc | did you mean 'click.avsc'",
                ", format: avro, schema: ../click.avsc | must be the name of a file beside this one",
                ", format: avro, schema: shop.proto | is no schema of format avro",
                ", format: protobuf, schema: click.avsc | is no schema of format protobuf",
                ", schema: click.avsc | is no schema of format json",
                ", format: avro, message: shop.Click | has a meaning for format protobuf alone",
                ", format: avro, framing: none | need a 'schema' file",
                ", format: avro, framing: sometimes | must be registry or none",
                ", format: avro, schema: narrow.avsc | 'narrow.avsc' has no field 'amount'",
                ", format: avro, schema: broken.avsc | no Avro schema",
                ", format: protobuf, schema: shop.proto, message: shop.Clack | did you mean 'shop.Click'",
                ", format: avro, shema: click.avsc | did you mean 'schema'"
            })
    void whatIsWrongIsSaidWithItsPlace(String sourceAndFault) {
        String source = sourceAndFault.substring(0, sourceAndFault.indexOf(" | "));
        String fault = sourceAndFault.substring(sourceAndFault.indexOf(" | ") + 3);
        var files = new ArrayList<>(List.of(
                new DefinitionFile("views/clicks.yaml", view(source)),
                new DefinitionFile("views/click.avsc", SCHEMA),
                new DefinitionFile("views/shop.proto", PROTO),
                new DefinitionFile("views/broken.avsc", "{"),
                new DefinitionFile("views/narrow.avsc", SCHEMA.replace("amount", "amounts"))));

        assertThatThrownBy(() -> new FeatureViewReader().read(files))
                .isInstanceOfSatisfying(InvalidDefinitionException.class, e -> assertThat(e.faults())
                        .anySatisfy(each -> {
                            assertThat(each.message()).contains(fault);
                            assertThat(each.place().file()).isEqualTo("views/clicks.yaml");
                            assertThat(each.place().line()).isEqualTo(5);
                        }));
    }
}
