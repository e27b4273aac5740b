package io.millrace.inference.app.definition;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.definition.DefinitionReader.Placed;
import io.millrace.inference.domain.Definition;
import io.millrace.inference.domain.ServedFeatures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Applies and plans definitions of all kinds together, all or none. Thread-safe. */
public final class DefinitionApply {
    private final DefinitionCatalog catalog;

    /** What applying did, or would do, to one definition. */
    public record Outcome(String kind, String name, Change change, List<String> fields) {
        public Outcome {
            fields = List.copyOf(fields);
        }
    }

    /** How an apply changed a definition. */
    public enum Change {
        CREATED,
        UNCHANGED,
        UPDATED
    }

    /** Definitions as they will be. */
    private record Overlay(Definitions now, Map<Class<?>, Map<String, Definition>> coming) implements Definitions {
        @Override
        public <D extends Definition> Map<String, D> all(Class<D> type) {
            var all = new TreeMap<>(now.all(type));
            coming.getOrDefault(type, Map.of()).forEach((name, definition) -> all.put(name, type.cast(definition)));
            return all;
        }
    }

    public DefinitionApply(DefinitionCatalog catalog) {
        this.catalog = catalog;
    }

    /**
     * Applies definitions, all or none. Safe to repeat.
     *
     * @return one outcome per definition, in the files' order
     * @throws Refusal INVALID_DEFINITION with every fault ({@code where} is {@code file:line}); DEFINITIONS_UNAVAILABLE; what
     *     {@link DefinitionKind#check} throws
     */
    public synchronized List<Outcome> apply(List<DefinitionFile> files) {
        List<Placed> read = read(files, List.of());
        List<Outcome> outcomes = outcomes(read);
        var changes = new LinkedHashMap<String, @Nullable String>();
        var changed = new ArrayList<Placed>();
        for (int i = 0; i < read.size(); i++) {
            if (outcomes.get(i).change() != Change.UNCHANGED) {
                changed.add(read.get(i));
                changes.putAll(changes(read.get(i).kind(), read.get(i).definition()));
            }
        }
        catalog.write(changes);
        changed.forEach(each -> tell(each.kind(), each.definition()));
        return outcomes;
    }

    /**
     * What {@link #apply} would do.
     *
     * @param services feature services as they will be by then; where there are none, those that feature-service has count
     * @throws Refusal as {@link #apply}
     */
    public List<Outcome> plan(List<DefinitionFile> files, List<ServedFeatures> services) {
        return outcomes(read(files, services));
    }

    /** Definitions as they are and as they will be, and what becomes of each of those that are planned. */
    public record Planned(Definitions now, Definitions then, List<Outcome> outcomes) {
        public Planned {
            outcomes = List.copyOf(outcomes);
        }
    }

    /**
     * The definitions as they would be, not held against what serves.
     *
     * @throws Refusal INVALID_DEFINITION with every fault of the files themselves, DEFINITIONS_UNAVAILABLE
     */
    public Planned overlay(List<DefinitionFile> files) {
        var faults = new Faults();
        List<Placed> read = DefinitionReader.read(files, catalog.kinds(), faults);
        refuse(faults);
        catalog.requireCurrent();
        return new Planned(catalog, new Overlay(catalog, coming(read)), outcomes(read));
    }

    private static Map<Class<?>, Map<String, Definition>> coming(List<Placed> read) {
        var coming = new HashMap<Class<?>, Map<String, Definition>>();
        for (Placed each : read) {
            coming.computeIfAbsent(each.kind().type(), _ -> new TreeMap<>())
                    .put(each.definition().name(), each.definition());
        }
        return coming;
    }

    private List<Placed> read(List<DefinitionFile> files, List<ServedFeatures> services) {
        var faults = new Faults();
        List<Placed> read = DefinitionReader.read(files, catalog.kinds(), faults);
        refuse(faults);
        catalog.requireCurrent();
        Map<Class<?>, Map<String, Definition>> coming = coming(read);
        var all = new Overlay(catalog, coming);
        for (Placed each : read) {
            check(each.kind(), each, all, services, faults);
        }
        for (DefinitionKind<?> kind : catalog.kinds()) {
            if (coming.containsKey(kind.type()) && all.all(kind.type()).size() > kind.max()) {
                throw new Refusal(
                        InferenceReason.INVALID_DEFINITION,
                        "there can be at most " + kind.max() + " " + words(kind) + "s");
            }
        }
        refuse(faults);
        return read;
    }

    private static <D extends Definition> void check(
            DefinitionKind<D> kind, Placed each, Definitions all, List<ServedFeatures> services, Faults faults) {
        kind.check(kind.type().cast(each.definition()), each.place(), all, services, faults);
    }

    private List<Outcome> outcomes(List<Placed> read) {
        return read.stream()
                .map(each -> outcome(each.kind(), each.definition()))
                .toList();
    }

    private <D extends Definition> Outcome outcome(DefinitionKind<D> kind, Definition definition) {
        D after = kind.type().cast(definition);
        return catalog.find(kind.type(), definition.name())
                .map(before -> new Outcome(
                        kind.kind(),
                        definition.name(),
                        before.equals(after) ? Change.UNCHANGED : Change.UPDATED,
                        kind.differences(before, after)))
                .orElseGet(() -> new Outcome(kind.kind(), definition.name(), Change.CREATED, List.of()));
    }

    private <D extends Definition> Map<String, @Nullable String> changes(
            DefinitionKind<D> kind, Definition definition) {
        return kind.changes(kind.type().cast(definition), catalog);
    }

    private <D extends Definition> void tell(DefinitionKind<D> kind, Definition definition) {
        kind.applied(kind.type().cast(definition), catalog);
    }

    private static String words(DefinitionKind<?> kind) {
        return kind.kind().toLowerCase(Locale.ROOT);
    }

    private static void refuse(Faults faults) {
        if (!faults.isEmpty()) {
            List<Refusal.Detail> details = new ArrayList<>();
            for (Fault fault : faults.all()) {
                details.add(new Refusal.Detail(fault.place().toString(), fault.message()));
            }
            throw new Refusal(
                    InferenceReason.INVALID_DEFINITION, details.size() + " faults; nothing was applied", details);
        }
    }
}
