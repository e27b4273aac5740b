package io.millrace.features.app;

import io.millrace.features.kernel.FeatureView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A definitions log in memory; what is written is heard at once. */
public final class MemoryDefinitions implements DefinitionStore {
    final List<Map<String, Optional<String>>> written = new ArrayList<>();
    public boolean current = true;
    private final Catalog catalog;

    public MemoryDefinitions(Catalog catalog) {
        this.catalog = catalog;
    }

    @Override
    public void write(Map<String, Optional<String>> changes) {
        written.add(changes);
        changes.forEach(catalog::hear);
    }

    /** As if these views had been written. */
    public void put(List<FeatureView> views) {
        views.forEach(catalog::put);
    }

    @Override
    public boolean isCurrent() {
        return current;
    }

    @Override
    public String failure() {
        return "";
    }
}
