package io.millrace.features.app.training;

import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.kernel.ViewId;
import io.millrace.jobs.JobContext;
import java.util.function.Function;

/** Makes training sets from the offline store, in bounded memory whatever their size. Thread-safe. */
public interface TrainingSetEngine {
    /**
     * Writes a training set: the entity rows in their order with all their columns, then the features. Nothing is left behind where it does not come to its end.
     *
     * @return rows
     * @throws io.millrace.jobs.JobFailedException where the rows are not as they must be, the message says how
     * @throws io.millrace.jobs.JobCancelledException
     * @throws io.millrace.features.app.offline.OfflineStoreException
     */
    long write(TrainingSet set, JobContext context);

    /**
     * The same of other events than those of the store.
     *
     * @param snapshots the events of a view version; closed behind it
     */
    long write(TrainingSet set, Function<ViewId, OfflineSnapshot> snapshots, JobContext context);
}
