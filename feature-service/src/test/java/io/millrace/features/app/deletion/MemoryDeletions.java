package io.millrace.features.app.deletion;

import java.util.ArrayList;
import java.util.List;

/** A log of deletions in memory; what is written is heard at once. */
public final class MemoryDeletions implements DeletionLog {
    final List<Deletion> written = new ArrayList<>();
    private final Voids voids;

    /** Why they are not read yet; empty where they are. */
    public String failure = "";

    public MemoryDeletions(Voids voids) {
        this.voids = voids;
    }

    @Override
    public void put(Deletion deletion) {
        written.add(deletion);
        voids.hear(deletion);
    }

    @Override
    public boolean isCurrent() {
        return failure.isEmpty();
    }

    @Override
    public String failure() {
        return failure;
    }
}
