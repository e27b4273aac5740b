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

    private static String nested(String source) {
        return """
                kind: FeatureView
                name: orders
                version: v1
                entity: {name: user, join_keys: [{name: user_id, type: int64, field: user.id}]}
                source: {topic: orders, timestamp: {field: meta.at, unit: ms}%s}
                fields: {basket.total.cents: int64, user.city: string}
                features:
                  - {name: cents, type: int64, field: basket.total.cents}
                  - {name: from_bern_1h, type: int64, aggregate: count, where: "user . city == 'Bern'", window: 1h}
                """.formatted(source);
    }

    @Test
    void fieldsInsideOfFieldsAreReadAlikeInEveryFormatAndCheckedAgainstTheSchema() {
        String avro = """
                {"type": "record", "name": "Order", "fields": [
                  {"name": "user", "type": {"type": "record", "name": "User", "fields": [
                    {"name": "id", "type": "long"}, {"name": "city", "type": "string"}]}},
                  {"name": "meta", "type": {"type": "record", "name": "Meta", "fields": [{"name": "at", "type": "long"}]}},
                  {"name": "basket", "type": ["null", {"type": "record", "name": "Basket", "fields": [
                    {"name": "total", "type": {"type": "record", "name": "Total", "fields": [{"name": "cents", "type": "long"}]}}]}]}]}
                """;
        String proto = """
                syntax = "proto3";
                package shop;
                message Order {
                  message User { int64 id = 1; string city = 2; }
                  message Meta { int64 at = 1; }
                  message Total { int64 cents = 1; }
                  message Basket { Total total = 1; }
                  User user = 1; Meta meta = 2; Basket basket = 3;
                }
                """;

        read(new DefinitionFile("orders.yaml", nested("")));
        read(
                new DefinitionFile("orders.yaml", nested(", format: avro, schema: order.avsc")),
                new DefinitionFile("order.avsc", avro));
        read(
                new DefinitionFile(
                        "orders.yaml", nested(", format: protobuf, schema: order.proto, message: shop.Order")),
                new DefinitionFile("order.proto", proto));
        assertThatThrownBy(() -> read(
                        new DefinitionFile("orders.yaml", nested(", format: avro, schema: order.avsc")),
                        new DefinitionFile("order.avsc", avro.replace("cents", "francs"))))
                .hasMessageContaining("'order.avsc' has no field 'basket.total.cents'");
        assertThatThrownBy(() -> read(
                        new DefinitionFile(
                                "orders.yaml", nested(", format: protobuf, schema: order.proto, message: shop.Order")),
                        new DefinitionFile("order.proto", proto.replace("int64 at", "int64 on"))))
                .hasMessageContaining("'order.proto' has no field 'meta.at'");
    }

    @Test
    void theRecordsOwnTimestampNeedsNoField() {
        FeatureView view = read(
                new DefinitionFile(
                        "clicks.yaml",
                        view(", format: avro, schema: click.avsc").replace("{field: at, unit: ms}", "{record: true}")),
                new DefinitionFile("click.avsc", SCHEMA.replace("\"at\"", "\"on\"")));

        assertThat(((Source.Topic) view.source()).isTimeOfRecord()).isTrue();
        assertThat(read(new DefinitionFile("clicks@v1", view.yaml())).source()).isEqualTo(view.source());
        assertThatThrownBy(() -> read(new DefinitionFile(
                        "clicks.yaml", view("").replace("{field: at, unit: ms}", "{record: true, unit: ms}"))))
                .hasMessageContaining("has no 'field' and no 'unit'");
        assertThatThrownBy(() -> read(new DefinitionFile(
                        "clicks.yaml", view("").replace("{field: at, unit: ms}", "{record: false}"))))
                .hasMessageContaining("'record' must be true where it is there");
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
