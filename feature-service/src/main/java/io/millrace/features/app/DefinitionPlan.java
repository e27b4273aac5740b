package io.millrace.features.app;

import io.millrace.features.kernel.definition.DefinitionKey;
import java.util.List;

/**
 * What applying does, or did.
 *
 * @param outcomes one per definition of the files, then one per definition that is no longer there
 * @param broken what would no longer be as its readers need it: applying is refused unless it is forced
 * @param backfills of new views; only where nothing was done
 * @param services what every feature service stands for behind the change; only where nothing was done
 */
public record DefinitionPlan(
        List<Outcome> outcomes, List<Broken> broken, List<Backfill> backfills, List<ServiceFeatures> services) {
    public DefinitionPlan {
        outcomes = List.copyOf(outcomes);
        broken = List.copyOf(broken);
        backfills = List.copyOf(backfills);
        services = List.copyOf(services);
    }

    /**
     * What becomes of one definition.
     *
     * @param fields what differs, such as {@code ttl}; empty where nothing does
     */
    public record Outcome(DefinitionKey key, Change change, List<String> fields) {
        public Outcome {
            fields = List.copyOf(fields);
        }
    }

    /** What becomes of a definition. */
    public enum Change {
        CREATED,
        UNCHANGED,
        /** Words about it change (description, owner, tags), or the features of a service without versions. */
        UPDATED,
        /** It is served and would change: that needs a new version; applying is refused. */
        NEEDS_NEW_VERSION,
        /** The project had it, the files do not; it stays. */
        ORPHANED,
        /** The project had it, the files do not; it goes. */
        RETIRED
    }

    /**
     * A definition that reads what goes.
     *
     * @param message what is wrong with it then
     */
    public record Broken(DefinitionKey reader, String message) {}

    /** The outcomes of one kind of change. */
    public List<Outcome> of(Change change) {
        return outcomes.stream().filter(outcome -> outcome.change() == change).toList();
    }

    /** Whether applying would do nothing. */
    public boolean isNothing() {
        return outcomes.stream()
                .allMatch(outcome -> outcome.change() == Change.UNCHANGED || outcome.change() == Change.ORPHANED);
    }
}
