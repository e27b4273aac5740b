package io.millrace.features.app;

import io.millrace.features.kernel.FeatureView;
import java.util.function.Supplier;

/** What is done to the states of views as a whole while the loops go on, or are held. */
public interface Rebuilds {
    /**
     * Builds a view's state anew beside the one that is served: from the offline store where that has what Kafka no longer has, then from Kafka up to where the served one is; then serves it. Reads go
     * on, and never go back. Blocks until that is done. Nothing is left of one that is ended; a second one of the same view takes the first one's place.
     *
     * @throws io.millrace.gate.Refusal with {@link FeatureReason#RECORDS_GONE} where records that the served state has seen are in neither
     */
    void rebuild(FeatureView view, RebuildProgress told);

    /**
     * Stops all loops, does something with the store, and starts them where it is then.
     *
     * @throws StoreUnavailableException where a loop does not end in time; nothing was done then
     */
    <T> T whileStopped(Supplier<T> work);

    /** Hears how far a rebuild is. */
    interface RebuildProgress {
        /** Nobody hears it, and nobody ends the work. */
        RebuildProgress UNHEARD = new RebuildProgress() {
            @Override
            public void phase(String name) {}

            @Override
            public void progress(long done, long expected) {}

            @Override
            public void checkCancelled() {}
        };

        void phase(String name);

        /** In rows. */
        void progress(long done, long expected);

        /** Throws where the work is to end. */
        void checkCancelled();
    }
}
