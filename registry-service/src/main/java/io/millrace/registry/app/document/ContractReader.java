package io.millrace.registry.app.document;

import io.millrace.registry.domain.Column;
import io.millrace.registry.domain.DataContract;
import io.millrace.registry.domain.LogicalType;
import io.millrace.registry.domain.ProductId;
import io.millrace.registry.domain.QualityRule;
import io.millrace.registry.domain.SchemaObject;
import io.millrace.registry.domain.TypeOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads a document of the right shape into the domain, and checks what a shape cannot. */
final class ContractReader {
    private final DocumentFaults faults;

    private ContractReader(DocumentFaults faults) {
        this.faults = faults;
    }

    /** The contract; empty where domain or name is at fault. Other faults may be there too. */
    static Optional<DataContract> read(At document, DocumentFaults faults) {
        return new ContractReader(faults).contract(document);
    }

    private Optional<DataContract> contract(At at) {
        Optional<String> domain = identifier(at, "domain");
        Optional<String> name = identifier(at, "name");
        List<SchemaObject> schema = at.maps("schema", this::table);
        unique(at, "schema", schema.stream().map(SchemaObject::name).toList());
        if (domain.isEmpty() || name.isEmpty()) {
            return Optional.empty();
        }
        At description = at.map("description");
        String words = String.join(
                "\n",
                description.text("purpose").orElse(""),
                description.text("usage").orElse(""),
                description.text("limitations").orElse(""));
        return Optional.of(new DataContract(
                new ProductId(domain.get(), name.get()),
                at.text("version").orElse(""),
                words.strip(),
                at.texts("tags"),
                schema));
    }

    private Optional<String> identifier(At at, String key) {
        Optional<String> text = at.text(key);
        if (text.isEmpty() && !at.map().entries().containsKey(key)) {
            faults.add(
                    key, at.map().place(), "'" + key + "' is missing: the registry files contracts by domain and name");
        }
        return text.filter(written -> {
            boolean ok = ProductId.isIdentifier(written);
            if (!ok) {
                faults.add(key, at.placeOf(key), "must be " + ProductId.IDENTIFIER_RULE + suggestion(written));
            }
            return ok;
        });
    }

    private static String suggestion(String written) {
        String slug = written.strip().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9._-]+", "-");
        String trimmed = slug.replaceAll("^[^a-z0-9]+|-+$", "");
        return ProductId.isIdentifier(trimmed) ? ", such as '" + trimmed + "'" : "";
    }

    private SchemaObject table(At at) {
        List<Column> columns = at.maps("properties", this::column);
        List<String> names = columns.stream().map(Column::name).toList();
        unique(at, "properties", names);
        return new SchemaObject(at.text("name").orElse(""), columns, new RuleReader(faults, names, true).read(at));
    }

    private Column column(At at) {
        List<Column> properties = at.maps("properties", this::column);
        unique(at, "properties", properties.stream().map(Column::name).toList());
        Optional<Column> items =
                at.value("items").isPresent() ? Optional.of(column(at.map("items"))) : Optional.empty();
        Optional<LogicalType> type = at.text("logicalType")
                .map(name -> LogicalType.valueOf(name.toUpperCase(Locale.ROOT)))
                .or(() -> implied(properties, items));
        List<QualityRule> rules = new ArrayList<>(new RuleReader(faults, List.of(), false).read(at));
        TypeOptions options = type.filter(_ -> at.value("logicalTypeOptions").isPresent())
                .map(known -> new OptionsReader(faults, at.map("logicalTypeOptions"), known, rules).read())
                .orElse(TypeOptions.NONE);
        return new Column(
                at.text("name").orElse("[]"),
                at.text("physicalName"),
                type,
                options,
                at.isTrue("required"),
                at.isTrue("unique"),
                at.isTrue("primaryKey"),
                at.whole("primaryKeyPosition").map(Long::intValue).orElse(-1),
                properties,
                items,
                rules);
    }

    private static Optional<LogicalType> implied(List<Column> properties, Optional<Column> items) {
        if (items.isPresent()) {
            return Optional.of(LogicalType.ARRAY);
        }
        return properties.isEmpty() ? Optional.empty() : Optional.of(LogicalType.OBJECT);
    }

    private void unique(At at, String key, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (!name.isEmpty() && !seen.add(name)) {
                faults.add(
                        at.pathOf(key) + "[" + i + "].name",
                        at.items(key).get(i).place(),
                        "the name '" + ShapeCheck.shorten(name) + "' stands twice");
            }
        }
    }
}
