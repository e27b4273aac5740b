package io.millrace.registry.app.document;

import io.millrace.definitions.Place;
import io.millrace.gate.Refusal;
import io.millrace.registry.app.RegistryReason;
import java.util.ArrayList;
import java.util.List;

/** Collects the faults of a contract document, each with its path in the document and its line. Not thread-safe. */
final class DocumentFaults {
    private static final int MAX = 200;

    private final List<Refusal.Detail> details = new ArrayList<>();
    private int count;

    /**
     * @param path such as {@code schema[0].properties[2].logicalType}; empty for the whole document
     */
    void add(String path, Place place, String message) {
        count++;
        if (details.size() < MAX) {
            details.add(new Refusal.Detail(path.isEmpty() ? "document" : path, place + ": " + message));
        }
    }

    boolean isEmpty() {
        return count == 0;
    }

    /**
     * @throws Refusal with all faults, of which at most 200 are listed, where there is one
     */
    void throwIfAny() {
        if (count > 0) {
            String faults = count == 1 ? "1 fault" : count + " faults";
            throw new Refusal(RegistryReason.CONTRACT_INVALID, "the contract has " + faults, details);
        }
    }
}
