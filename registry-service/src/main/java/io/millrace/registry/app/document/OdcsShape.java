package io.millrace.registry.app.document;

import static io.millrace.registry.app.document.Shape.ANYTHING;
import static io.millrace.registry.app.document.Shape.COUNT;
import static io.millrace.registry.app.document.Shape.NUMERIC;
import static io.millrace.registry.app.document.Shape.TEXT;
import static io.millrace.registry.app.document.Shape.TEXTS;
import static io.millrace.registry.app.document.Shape.TRUTH;
import static io.millrace.registry.app.document.Shape.WHOLE;
import static io.millrace.registry.app.document.Shape.list;
import static io.millrace.registry.app.document.Shape.oneOf;

import io.millrace.definitions.Tree;
import io.millrace.registry.domain.Condition;
import io.millrace.registry.domain.QualityRule;
import io.millrace.registry.domain.validation.Formats;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** What an ODCS v3.1 document may contain (bitol-io/open-data-contract-standard). Documents of v3.0 are a part of that. */
final class OdcsShape {
    private static final Shape CUSTOM_PROPERTIES = list(Shape.Fields.of("a custom property")
            .text("id", "property*", "description")
            .with("value*", ANYTHING));
    private static final Shape DEFINITIONS =
            list(Shape.Fields.of("an authoritative definition").text("id", "url*", "type*", "description"));
    private static final Shape.Fields ELEMENT = Shape.Fields.of("an element")
            .text("id", "name", "physicalType", "physicalName", "description", "businessName")
            .with("authoritativeDefinitions", DEFINITIONS)
            .with("tags", TEXTS)
            .with("customProperties", CUSTOM_PROPERTIES);
    private static final Shape ROLE = Shape.Fields.of("a role")
            .text("id", "role*", "description", "access", "firstLevelApprovers", "secondLevelApprovers")
            .with("customProperties", CUSTOM_PROPERTIES);
    private static final Shape.Fields TEAM_COMMON = Shape.Fields.of("a team member")
            .text("id", "name", "description")
            .with("tags", TEXTS)
            .with("customProperties", CUSTOM_PROPERTIES)
            .with("authoritativeDefinitions", DEFINITIONS);
    private static final Shape MEMBERS =
            list(TEAM_COMMON.text("username*", "role", "dateIn", "dateOut", "replacedByUsername"));
    private static final Shape TEAM = Shape.Fields.of("team").and(TEAM_COMMON).with("members", MEMBERS);
    private static final Shape SUPPORT = list(Shape.Fields.of("a support channel")
            .text("id", "channel*", "url", "description", "tool", "scope", "invitationUrl")
            .with("customProperties", CUSTOM_PROPERTIES));
    private static final Shape PRICE =
            Shape.Fields.of("price").text("id", "priceCurrency", "priceUnit").with("priceAmount", NUMERIC);
    private static final Shape SLA = list(Shape.Fields.of("an SLA property")
            .text("id", "property*", "unit", "element", "driver", "description", "scheduler", "schedule")
            .with("value*", new Shape.Single())
            .with("valueExt", new Shape.Single()));
    private static final Shape KEYS = new Shape.Either(TEXT, new Shape.ListOf(TEXT, 1, Integer.MAX_VALUE));
    private static final Shape.Fields RELATIONSHIP = Shape.Fields.of("a relationship of a property")
            .text("id")
            .with("type", oneOf("foreignKey"))
            .with("to*", KEYS)
            .with("customProperties", CUSTOM_PROPERTIES);
    private static final Shape TABLE_RELATIONSHIP =
            Shape.Fields.of("a relationship").and(RELATIONSHIP).with("from*", KEYS);

    private static final Shape QUALITY = list(new Shape.Chosen(OdcsShape::rule));
    private static final Shape PROPERTIES = list(new Shape.Chosen(map -> property(map, true)));
    private static final Shape ITEMS = new Shape.Chosen(map -> property(map, false));
    private static final List<String> TYPES =
            List.of("string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean");

    /** The whole document. */
    static final Shape.Fields DOCUMENT = Shape.Fields.of("an ODCS document")
            .text("version*", "id*", "status*", "name", "tenant", "domain", "dataProduct", "slaDefaultElement")
            .text("contractCreatedTs")
            .with("apiVersion*", oneOf("v3.1.0", "v3.0.2", "v3.0.1", "v3.0.0"))
            .with("kind*", oneOf("DataContract"))
            .with("tags", TEXTS)
            .with(
                    "description",
                    Shape.Fields.of("description")
                            .text("purpose", "limitations", "usage")
                            .with("authoritativeDefinitions", DEFINITIONS)
                            .with("customProperties", CUSTOM_PROPERTIES)
                            .open())
            .with("servers", list(new Shape.Chosen(OdcsShape::server)))
            .with("schema", list(table()))
            .with("support", SUPPORT)
            .with("price", PRICE)
            .with("team", new Shape.Either(TEAM, MEMBERS))
            .with("roles", list(ROLE))
            .with("slaProperties", SLA)
            .with("authoritativeDefinitions", DEFINITIONS)
            .with("customProperties", CUSTOM_PROPERTIES);

    private OdcsShape() {}

    private static Shape.Fields server(Tree.Mapping map) {
        String type = textOf(map, "type");
        return Shape.Fields.of("a server")
                .text("id", "server*", "description", "environment")
                .with("type*", new Shape.Text(OdcsServers.TYPES))
                .with("roles", list(ROLE))
                .with("customProperties", CUSTOM_PROPERTIES)
                .and(OdcsServers.fields(type));
    }

    private static Shape table() {
        return Shape.Fields.of("a schema object")
                .and(ELEMENT)
                .text("name*", "dataGranularityDescription")
                .with("logicalType", oneOf("object"))
                .with("properties", PROPERTIES)
                .with("relationships", list(TABLE_RELATIONSHIP))
                .with("quality", QUALITY);
    }

    private static Shape.Fields property(Tree.Mapping map, boolean named) {
        String type = textOf(map, "logicalType");
        Shape.Fields property = Shape.Fields.of(type.isEmpty() ? "a property" : "a property of type " + type)
                .and(ELEMENT)
                .text(named ? "name*" : "name", "classification", "encryptedName")
                .text("transformLogic", "transformDescription")
                .with("logicalType", new Shape.Text(TYPES))
                .with("primaryKey", TRUTH)
                .with("primaryKeyPosition", WHOLE)
                .with("required", TRUTH)
                .with("unique", TRUTH)
                .with("partitioned", TRUTH)
                .with("partitionKeyPosition", WHOLE)
                .with("criticalDataElement", TRUTH)
                .with("transformSourceObjects", TEXTS)
                .with("examples", list(ANYTHING))
                .with("relationships", list(RELATIONSHIP))
                .with("quality", QUALITY)
                .with("logicalTypeOptions", options(type));
        if (type.isEmpty() || "object".equals(type)) {
            property = property.with("properties", PROPERTIES);
        }
        if (type.isEmpty() || "array".equals(type)) {
            property = property.with("items", ITEMS);
        }
        return property;
    }

    private static Shape options(String type) {
        Shape.Fields options = Shape.Fields.of(
                type.isEmpty() ? "logicalTypeOptions without a logicalType" : "logicalTypeOptions of type " + type);
        return switch (type) {
            case "string" ->
                options.with("minLength", COUNT).with("maxLength", COUNT).text("pattern", "format");
            case "date" -> bounds(options.text("format"), TEXT);
            case "timestamp", "time" ->
                bounds(options.text("format", "defaultTimezone").with("timezone", TRUTH), TEXT);
            case "integer" ->
                bounds(options.with("multipleOf", NUMERIC).with("format", sorted(Formats.INTEGERS)), NUMERIC);
            case "number" ->
                bounds(options.with("multipleOf", NUMERIC).with("format", sorted(Formats.NUMBERS)), NUMERIC);
            case "object" ->
                options.with("minProperties", COUNT)
                        .with("maxProperties", COUNT)
                        .with("required", new Shape.ListOf(TEXT, 1, Integer.MAX_VALUE));
            case "array" ->
                options.with("minItems", COUNT).with("maxItems", COUNT).with("uniqueItems", TRUTH);
            default -> options;
        };
    }

    private static Shape sorted(Set<String> names) {
        return new Shape.Text(names.stream().sorted().toList());
    }

    private static Shape.Fields bounds(Shape.Fields options, Shape bound) {
        return options.with("minimum", bound)
                .with("maximum", bound)
                .with("exclusiveMinimum", bound)
                .with("exclusiveMaximum", bound);
    }

    private static Shape.Fields rule(Tree.Mapping map) {
        String type = textOf(map, "type");
        Shape.Fields rule = Shape.Fields.of(type.isEmpty() ? "a quality rule" : "a quality rule of type " + type)
                .text(
                        "id",
                        "name",
                        "description",
                        "businessImpact",
                        "method",
                        "schedule",
                        "scheduler",
                        "severity",
                        "unit")
                .with("type", oneOf("library", "text", "sql", "custom"))
                .with(
                        "dimension",
                        oneOf(
                                "accuracy",
                                "completeness",
                                "conformity",
                                "consistency",
                                "coverage",
                                "timeliness",
                                "uniqueness"))
                .with("tags", TEXTS)
                .with("authoritativeDefinitions", DEFINITIONS)
                .with("customProperties", CUSTOM_PROPERTIES);
        return switch (type) {
            case "text" -> rule;
            case "sql" -> operators(rule.text("query*"), ANYTHING);
            case "custom" ->
                rule.text("engine*")
                        .with(
                                "implementation*",
                                new Shape.Either(
                                        TEXT, Shape.Fields.of("implementation").open()));
            default ->
                operators(rule, NUMERIC)
                        .with(
                                "metric*",
                                new Shape.Text(Arrays.stream(QualityRule.Metric.values())
                                        .map(QualityRule.Metric::key)
                                        .toList()))
                        .with("rule", TEXT)
                        .with("arguments", arguments());
        };
    }

    private static Shape arguments() {
        return Shape.Fields.of("arguments")
                .with("missingValues", list(new Shape.Single()))
                .with("validValues", list(new Shape.Single()))
                .with("properties", new Shape.ListOf(TEXT, 1, Integer.MAX_VALUE))
                .text("pattern")
                .open();
    }

    private static Shape.Fields operators(Shape.Fields rule, Shape equal) {
        Shape.Fields all = rule;
        for (Condition.Operator operator : Condition.Operator.values()) {
            Shape bound =
                    switch (operator) {
                        case MUST_BE, MUST_NOT_BE -> equal;
                        case MUST_BE_BETWEEN, MUST_NOT_BE_BETWEEN -> new Shape.ListOf(NUMERIC, 2, 2);
                        case MUST_BE_GREATER_THAN,
                                MUST_BE_GREATER_OR_EQUAL_TO,
                                MUST_BE_LESS_THAN,
                                MUST_BE_LESS_OR_EQUAL_TO -> NUMERIC;
                    };
            all = all.with(operator.key(), bound);
        }
        return all;
    }

    /** The text of a field, empty where it is none. */
    static String textOf(Tree.Mapping map, String key) {
        Tree.Entry entry = map.entries().get(key);
        return entry != null && entry.value() instanceof Tree.Scalar scalar && scalar.value() != null
                ? scalar.text()
                : "";
    }
}
