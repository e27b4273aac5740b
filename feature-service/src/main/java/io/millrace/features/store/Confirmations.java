package io.millrace.features.store;

import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What a store has told this process about positions. A store that is behind that has lost a tail: whoever went on from where they are would leave a gap,
 * so that they are refused until they have asked again. Thread-safe.
 */
final class Confirmations {
    private final ConcurrentMap<Object, Map<SourcePartition, Long>> known = new ConcurrentHashMap<>();

    /** The positions were asked for: whoever asked begins there. */
    void asked(Object state, Map<SourcePartition, Long> positions) {
        known.put(state, Map.copyOf(positions));
    }

    void applied(Object state, Map<SourcePartition, Long> positions) {
        known.put(state, Map.copyOf(positions));
    }

    void forget(Object state) {
        known.remove(state);
    }

    void forgetAll() {
        known.clear();
    }

    /**
     * @throws StoreUnavailableException where the state is behind what was told
     */
    void refuseStepBack(ViewId view, Object state, Map<SourcePartition, Long> positions) {
        known.getOrDefault(state, Map.of()).forEach((partition, offset) -> {
            Long now = positions.get(partition);
            if (now == null || now < offset) {
                throw new StoreUnavailableException(
                        "the online store went back to an earlier state of view " + view + ": " + partition + " was at "
                                + offset + " and is at " + now
                                + "; ask for its positions, seek there and apply again",
                        null);
            }
        });
    }
}
