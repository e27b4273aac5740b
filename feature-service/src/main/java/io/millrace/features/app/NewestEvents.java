package io.millrace.features.app;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.state.Observation;
import java.util.List;
import java.util.Map;

/**
 * A way through the newest events of a view's entities, each entity once or more, in no order. What was applied when the way began is met, or what was newer of the same entity by then; what is applied or deleted
 * meanwhile is met or not. Used by one thread.
 */
public interface NewestEvents {
    /** Of a view of which the store has nothing. */
    NewestEvents NONE = new NewestEvents() {
        @Override
        public String state() {
            return "";
        }

        @Override
        public Map<SourcePartition, Long> positions() {
            return Map.of();
        }

        @Override
        public boolean hasNext() {
            return false;
        }

        @Override
        public List<Newest> next() {
            return List.of();
        }
    };

    /** Another text for each state that the store had of the view: built anew, or restored from a copy of another folder. Empty where there is none. */
    String state();

    /** Where the state was when the way began: the offset of the next event. */
    Map<SourcePartition, Long> positions();

    boolean hasNext();

    /**
     * The next few, or none of them while there are more to come.
     *
     * @throws StoreUnavailableException where the store does not answer, or has another state now: begin again
     */
    List<Newest> next();

    /** An entity's newest event. */
    record Newest(EntityKey key, Observation event) {}
}
