package io.millrace.features.app;

import io.millrace.features.app.DefinitionPlan.Broken;
import io.millrace.features.kernel.definition.DefinitionKey;
import io.millrace.features.kernel.definition.DefinitionKey.Kind;
import io.millrace.features.kernel.definition.DefinitionSet;
import io.millrace.features.kernel.definition.References;
import io.millrace.gate.Refusal;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a change of definitions breaks. */
final class Breaks {
    private Breaks() {}

    /** What reads that which goes, and what is broken behind the change and was not before it. */
    static List<Broken> of(DefinitionSet now, DefinitionSet next, Set<DefinitionKey> retired) {
        Map<DefinitionKey, String> broken = new LinkedHashMap<>();
        for (DefinitionKey key : retired) {
            if (key.kind() == Kind.FEATURE_VIEW || key.kind() == Kind.ON_DEMAND_FEATURE_VIEW) {
                References.readersOf(key.id(), now).stream()
                        .filter(reader -> !retired.contains(reader))
                        .forEach(reader -> broken.putIfAbsent(reader, "reads " + key.id() + ", which is retired"));
            }
            if (key.kind() == Kind.ENTITY) {
                next.views().values().stream()
                        .filter(view -> view.entity().equals(key.id().name()))
                        .forEach(view -> broken.putIfAbsent(
                                DefinitionKey.view(view.id()), "is about Entity " + key.id() + ", which is retired"));
            }
        }
        var before = new HashSet<>(References.broken(now));
        for (References.Broken after : References.broken(next)) {
            if (!before.contains(after)) {
                broken.putIfAbsent(after.key(), after.message());
            }
        }
        for (DefinitionKey key : next.keys()) {
            if (now.isActive(key) && !next.isActive(key) && isWithoutMeaning(key, next)) {
                broken.putIfAbsent(
                        key,
                        "is the last version of '" + key.id().name()
                                + "' that is active: the name alone would mean none");
            }
        }
        return broken.entrySet().stream()
                .map(of -> new Broken(of.getKey(), of.getValue()))
                .toList();
    }

    private static boolean isWithoutMeaning(DefinitionKey key, DefinitionSet next) {
        return key.kind() == Kind.FEATURE_SERVICE
                ? next.service(key.id().name()).isEmpty()
                : next.view(key.id().name()).isEmpty();
    }

    /**
     * @throws Refusal with {@link FeatureReason#DEFINITION_IN_USE} where something is broken and it is not forced
     */
    static void refuse(List<Broken> broken, boolean force) {
        if (!broken.isEmpty() && !force) {
            throw new Refusal(
                    FeatureReason.DEFINITION_IN_USE,
                    broken.getFirst().reader() + " " + broken.getFirst().message()
                            + (broken.size() == 1 ? "" : ", and " + (broken.size() - 1) + " more")
                            + "; force it to go on",
                    broken.stream()
                            .map(of -> new Refusal.Detail(of.reader().toString(), of.message()))
                            .toList());
        }
    }
}
