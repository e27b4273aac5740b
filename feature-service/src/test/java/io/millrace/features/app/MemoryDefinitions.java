package io.millrace.features.app;

import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import java.util.ArrayList;
import java.util.List;

/** A definitions log in memory; what is written is heard at once. */
public final class MemoryDefinitions implements DefinitionStore {
    final List<List<FeatureView>> written = new ArrayList<>();
    boolean current = true;
    private final Catalog catalog;

    public MemoryDefinitions(Catalog catalog) {
        this.catalog = catalog;
    }

    @Override
    public void put(List<FeatureView> views) {
        written.add(views);
        views.forEach(catalog::put);
    }

    @Override
    public void remove(ViewId id) {
        catalog.remove(id);
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
