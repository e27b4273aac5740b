package io.millrace.features.app.training;

import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.jobs.JobContext;
import java.util.List;

/** The events of views that are not applied, as their sources hold them now. Thread-safe. */
public interface PlannedRows {
    /**
     * Reads all events of views, by what would read them once they were applied.
     *
     * @throws io.millrace.jobs.JobFailedException with why they cannot be read
     */
    Read read(List<FeatureView> views, JobContext context);

    /** What was read; gone when this is closed. */
    interface Read extends AutoCloseable {
        OfflineSnapshot snapshot(ViewId view);

        /** What is gone from the sources, one sentence each. */
        List<String> gaps();

        @Override
        void close();
    }
}
