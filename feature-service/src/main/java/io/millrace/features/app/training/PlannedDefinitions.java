package io.millrace.features.app.training;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.domain.DefinitionDifference;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.definition.DefinitionKey;
import io.millrace.features.kernel.definition.DefinitionReader;
import io.millrace.features.kernel.definition.DefinitionSet;
import io.millrace.gate.Refusal;
import java.util.ArrayList;
import java.util.List;

/**
 * Definitions as they would be once files were applied.
 *
 * @param now those that are served
 * @param then those, and in their places what the files say
 */
record PlannedDefinitions(DefinitionSet now, DefinitionSet then) {
    /** @throws Refusal INVALID_DEFINITION with every fault */
    static PlannedDefinitions of(DefinitionSet now, List<DefinitionFile> files) {
        if (files.isEmpty()) {
            return new PlannedDefinitions(now, now);
        }
        var faults = new Faults();
        DefinitionSet wanted = new DefinitionReader().read(files, now, faults);
        if (!faults.isEmpty()) {
            var details = new ArrayList<Refusal.Detail>();
            for (Fault fault : faults.all()) {
                details.add(new Refusal.Detail(fault.place().toString(), fault.message()));
            }
            throw new Refusal(FeatureReason.INVALID_DEFINITION, details.size() + " faults", details);
        }
        return new PlannedDefinitions(now, now.and(wanted));
    }

    /** Whether a view gives something else than what is served under its name, or is not served at all. */
    boolean isChanged(FeatureView view) {
        DefinitionKey key = DefinitionKey.view(view.id());
        return !now.keys().contains(key)
                || DefinitionDifference.content(now, then, key).isPresent();
    }
}
