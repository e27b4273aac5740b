package io.millrace.features.app;

import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * An online store that outlives the process: state of an earlier definition, or damaged state, may be found in it, so that it is told which views there are, withholds
 * what it cannot vouch for, and lets a state be built beside the one that is served.
 */
public interface DurableStore extends OnlineStore {
    /**
     * Tells the store all views that there are, as they are defined. State of another definition under the same name and version is deleted; a view whose state was lost by damage is
     * withheld from now on. Cheap where nothing is new; to be called before anything is applied.
     */
    void adopt(Collection<FeatureView> defined);

    /** Why reads of a view are refused until it was built again; empty where it is served. Answered from memory. */
    Optional<String> withheld(ViewId view);

    /** Deletes the state of a view, and refuses reads of it until {@link #promote}. */
    void withhold(ViewId view, String why);

    /**
     * The same store, where it keeps the states that are built beside the served ones. What is applied there is not seen by reads here. {@code drop} there deletes what was begun.
     * It lives as long as this one; closing it does nothing.
     */
    OnlineStore beside();

    /**
     * Makes the state that was built beside the served one, atomically for each row; the former state is deleted, and the view is no longer withheld.
     *
     * @return false, with nothing done, where there is none beside or it is behind the served one in any partition
     */
    boolean promote(FeatureView view);

    /**
     * Deletes what no read can see any more: events and tiles behind the view's horizon. The newest event of each entity stays, however old: it is what an expired value is answered from.
     * Blocks for as long as it takes, in small steps; reads and changes go on, and none sees a part of it.
     *
     * @param pace asked before each step, which is of at most {@value #SWEEP_STEP} keys or rows; false ends the sweep
     */
    Swept sweep(FeatureView view, BooleanSupplier pace);

    /**
     * A way through the newest event of each entity, for what is derived of them.
     *
     * @throws StoreUnavailableException where the view is withheld too
     */
    NewestEvents newest(FeatureView view);

    /** What tells this store from those of other replicas; empty where replicas share it. */
    default Optional<String> identity() {
        return Optional.empty();
    }

    /** The most keys (of an embedded store) or rows that are looked at in one step of a sweep. */
    int SWEEP_STEP = 2_000;

    /**
     * What a sweep did.
     *
     * @param seen keys or rows that were looked at
     * @param deleted keys or rows that were deleted
     */
    record Swept(long seen, long deleted) {
        public Swept plus(Swept other) {
            return new Swept(seen + other.seen, deleted + other.deleted);
        }
    }
}
