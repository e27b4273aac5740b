package io.millrace.features.store;

import io.millrace.features.app.OnlineStore.Applied;
import io.millrace.features.kernel.fold.Horizon;
import java.util.List;

/**
 * What a batch does to the rows of a view; to be written together with the positions, or not at all.
 *
 * @param newestMicros newest event time applied to the view
 * @param oldestMicros oldest event time of the batch
 */
record RowChanges(List<RowFold> rows, Horizon horizon, long newestMicros, long oldestMicros, Applied applied) {}
