package io.millrace.registry.app.document;

import static io.millrace.registry.app.document.Shape.NUMERIC;
import static io.millrace.registry.app.document.Shape.TEXT;
import static io.millrace.registry.app.document.Shape.TEXTS;

import io.millrace.definitions.Place;
import io.millrace.definitions.Tree;
import io.millrace.registry.domain.validation.Values;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The data-product form that teams wrote before contracts, turned into the ODCS document that says the same. */
final class PlainForm {
    /** Share of nulls, in percent, that a column may have where the form does not say. */
    static final long DEFAULT_MAX_NULL_PERCENTAGE = 5;

    private static final Shape NAMES = new Shape.Either(TEXTS, TEXT);
    private static final Shape.Fields SHAPE = Shape.Fields.of("a data product")
            .text("name*", "domain*", "description", "schema_version*")
            .with("owners", NAMES)
            .with("consumers", NAMES)
            .with(
                    "quality_sla",
                    Shape.Fields.of("quality_sla")
                            .with("required_columns", TEXTS)
                            .with("max_null_percentage", NUMERIC)
                            .text("refresh_frequency"));
    private static final Pattern EVERY = Pattern.compile(
            "(?i)(?:every\\s+)?(\\d{1,9})\\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?|months?|y|years?)");
    private static final Map<String, String> WORDS =
            Map.of("minutely", "m", "hourly", "h", "daily", "d", "weekly", "w", "monthly", "month", "yearly", "y");

    private final DocumentFaults faults;

    private PlainForm(DocumentFaults faults) {
        this.faults = faults;
    }

    /** Checks the form and maps it; every node of the result stands where its source stands. */
    static Tree.Mapping toOdcs(Tree.Mapping document, boolean looseText, DocumentFaults faults) {
        Tree.Mapping plain = new ShapeCheck(faults, looseText).document(document, SHAPE);
        return new PlainForm(faults).map(plain);
    }

    private Tree.Mapping map(Tree.Mapping plain) {
        Place place = plain.place();
        var odcs = new Fields(place);
        odcs.text("apiVersion", place, "v3.1.0");
        odcs.text("kind", place, "DataContract");
        odcs.text("status", place, "active");
        odcs.text("id", place, "urn:millrace:data-product:" + text(plain, "domain") + ":" + text(plain, "name"));
        odcs.copy("name", plain, "name");
        odcs.copy("domain", plain, "domain");
        odcs.copy("version", plain, "schema_version");
        entry(plain, "description").ifPresent(entry -> {
            var description = new Fields(entry.place());
            description.put("purpose", entry.place(), entry.value());
            odcs.put("description", entry.place(), description.tree());
        });
        entry(plain, "owners").ifPresent(entry -> odcs.put("team", entry.place(), team(entry)));
        entry(plain, "consumers").ifPresent(entry -> odcs.put("roles", entry.place(), consumers(entry)));
        Tree.Mapping sla = entry(plain, "quality_sla")
                .map(Tree.Entry::value)
                .filter(Tree.Mapping.class::isInstance)
                .map(Tree.Mapping.class::cast)
                .orElse(new Tree.Mapping(place, Map.of()));
        odcs.put("schema", sla.place(), new Tree.Sequence(sla.place(), List.of(table(plain, sla))));
        entry(sla, "refresh_frequency").ifPresent(entry -> odcs.put("slaProperties", entry.place(), frequency(entry)));
        return odcs.tree();
    }

    private Tree table(Tree.Mapping plain, Tree.Mapping sla) {
        var table = new Fields(sla.place());
        table.copy("name", plain, "name");
        entry(sla, "required_columns").ifPresent(entry -> table.put("properties", entry.place(), columns(entry)));
        Place place = entry(sla, "max_null_percentage").map(Tree.Entry::place).orElse(sla.place());
        var rule = new Fields(place);
        rule.text("name", place, "max_null_percentage");
        rule.text("metric", place, "nullValues");
        rule.text("unit", place, "percent");
        rule.text("dimension", place, "completeness");
        rule.put(
                "mustBeLessOrEqualTo",
                place,
                entry(sla, "max_null_percentage")
                        .map(this::percentage)
                        .orElse(Tree.Scalar.of(place, DEFAULT_MAX_NULL_PERCENTAGE)));
        table.put("quality", place, new Tree.Sequence(place, List.of(rule.tree())));
        return table.tree();
    }

    private Tree percentage(Tree.Entry entry) {
        BigDecimal percentage =
                Values.decimal((Number) Objects.requireNonNull(entry.value().plain()));
        if (percentage.signum() < 0 || percentage.compareTo(BigDecimal.valueOf(100)) > 0) {
            faults.add(
                    "quality_sla.max_null_percentage",
                    entry.place(),
                    "must be between 0 and 100, was " + percentage.toPlainString());
        }
        return entry.value();
    }

    private Tree columns(Tree.Entry entry) {
        var columns = new ArrayList<Tree>();
        var seen = new HashSet<String>();
        List<Tree> names = items(entry);
        for (int i = 0; i < names.size(); i++) {
            Tree name = names.get(i);
            if (!seen.add(String.valueOf(name.plain()))) {
                faults.add(
                        "quality_sla.required_columns[" + i + "]",
                        name.place(),
                        "column '" + name.plain() + "' stands twice");
            }
            var column = new Fields(name.place());
            column.put("name", name.place(), name);
            column.put("required", name.place(), Tree.Scalar.of(name.place(), true));
            columns.add(column.tree());
        }
        return new Tree.Sequence(entry.place(), columns);
    }

    private static Tree team(Tree.Entry owners) {
        var members = new ArrayList<Tree>();
        for (Tree owner : items(owners)) {
            var member = new Fields(owner.place());
            member.put("username", owner.place(), owner);
            member.text("role", owner.place(), "owner");
            members.add(member.tree());
        }
        var team = new Fields(owners.place());
        team.put("members", owners.place(), new Tree.Sequence(owners.place(), members));
        return team.tree();
    }

    private static Tree consumers(Tree.Entry consumers) {
        var roles = new ArrayList<Tree>();
        for (Tree consumer : items(consumers)) {
            var role = new Fields(consumer.place());
            role.put("role", consumer.place(), consumer);
            role.text("access", consumer.place(), "read");
            roles.add(role.tree());
        }
        return new Tree.Sequence(consumers.place(), roles);
    }

    /** {@code daily}, {@code 15m}, {@code every 2 hours}: value and unit; any other text as the value alone. */
    private static Tree frequency(Tree.Entry entry) {
        String text = String.valueOf(entry.value().plain()).strip();
        Place place = entry.value().place();
        var sla = new Fields(place);
        sla.text("property", place, "frequency");
        Matcher every = EVERY.matcher(text);
        String word = WORDS.get(text.toLowerCase(Locale.ROOT));
        if (word != null) {
            sla.put("value", place, Tree.Scalar.of(place, 1L));
            sla.text("unit", place, word);
        } else if (every.matches()) {
            sla.put("value", place, Tree.Scalar.of(place, Long.valueOf(every.group(1))));
            sla.text("unit", place, unit(every.group(2).toLowerCase(Locale.ROOT)));
        } else {
            sla.text("value", place, text);
        }
        return new Tree.Sequence(place, List.of(sla.tree()));
    }

    /** {@code m} is minutes: this is a frequency. */
    private static String unit(String written) {
        return written.startsWith("mo") ? "month" : written.substring(0, 1);
    }

    private static List<Tree> items(Tree.Entry entry) {
        return entry.value() instanceof Tree.Sequence sequence ? sequence.items() : List.of(entry.value());
    }

    private static Optional<Tree.Entry> entry(Tree.Mapping map, String key) {
        return Optional.ofNullable(map.entries().get(key));
    }

    private static String text(Tree.Mapping map, String key) {
        return OdcsShape.textOf(map, key);
    }

    /** A map in the making. */
    private record Fields(Place place, Map<String, Tree.Entry> entries) {
        Fields(Place place) {
            this(place, new LinkedHashMap<>());
        }

        void put(String key, Place where, Tree value) {
            entries.put(key, new Tree.Entry(where, value));
        }

        void text(String key, Place where, String text) {
            put(key, where, Tree.Scalar.of(where, text));
        }

        void copy(String key, Tree.Mapping from, String fromKey) {
            entry(from, fromKey).ifPresent(entry -> entries.put(key, entry));
        }

        Tree.Mapping tree() {
            return new Tree.Mapping(place, entries);
        }
    }
}
