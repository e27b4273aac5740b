package io.millrace.features.app;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureView;
import java.nio.file.Path;
import java.util.Collection;

/** Copies of the online store in a folder elsewhere, of a store that can make them by itself. */
public interface StoreCopies {
    /**
     * Adds a copy of the store as it is now; files that an earlier copy in the folder has too are there once. Reads and changes go on.
     *
     * @param directory absolute, outside of the store's own folder; made where it is not there
     * @throws io.millrace.gate.Refusal with {@link FeatureReason#COPIES_ARE_REDIS_OWN} where the store makes none, {@link FeatureReason#MALFORMED_REQUEST} for a folder that is none
     * @throws StoreUnavailableException where it cannot be written
     */
    Copy backup(Path directory);

    /**
     * Puts the newest copy of a folder in the place of the store. Nothing may be applied meanwhile; reads wait. Where the copy is damaged, the store stays as it was.
     *
     * @param views whose rows are looked at
     * @param gone which rows do not come back
     * @throws io.millrace.gate.Refusal as for {@link #backup}, and {@link FeatureReason#NO_BACKUP} where the folder has no copy that is whole
     */
    Copy restore(Path directory, Collection<FeatureView> views, Gone gone);

    /** Which rows of a copy are not to be served again. */
    interface Gone {
        boolean isGone(FeatureView view, EntityKey key, Copy copy);
    }

    /**
     * A copy.
     *
     * @param id grows with every copy in a folder
     * @param bytes of all its files
     * @param takenSeconds since the epoch
     */
    record Copy(int id, long bytes, int files, long takenSeconds) {}
}
