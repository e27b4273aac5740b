package io.millrace.features.app.offline;

import io.millrace.features.app.IngestionReport.State;
import io.millrace.features.kernel.ViewId;
import java.util.Map;

/** The loops that take events into the offline store, one per view version. */
public interface OfflineFeeds {
    /** How each of them is doing; asks nobody. */
    Map<ViewId, Report> reports();

    /**
     * How a feed is doing.
     *
     * @param detail why it is in that state, where there is more to say
     * @param lag records that are not in the offline store yet, as seen last
     */
    record Report(State state, String detail, long lag) {}
}
