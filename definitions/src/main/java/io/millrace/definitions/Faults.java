package io.millrace.definitions;

import java.util.ArrayList;
import java.util.List;

/** Collects the faults of an apply, so that an author sees all of them at once. Not thread-safe. */
public final class Faults {
    private final List<Fault> all = new ArrayList<>();

    public void add(Place place, String message) {
        all.add(new Fault(place, message));
    }

    public List<Fault> all() {
        return List.copyOf(all);
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    /**
     * @throws InvalidDefinitionException with all faults, where there is one
     */
    public void throwIfAny() {
        if (!all.isEmpty()) {
            throw new InvalidDefinitionException(all);
        }
    }
}
