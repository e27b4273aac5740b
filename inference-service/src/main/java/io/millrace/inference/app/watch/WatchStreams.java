package io.millrace.inference.app.watch;

import io.millrace.inference.app.Stoppable;
import io.millrace.inference.domain.Pipeline;
import org.jspecify.annotations.Nullable;

/** Runs the watches of pipelines: each on one replica at a time, from where it was. */
public interface WatchStreams {
    /**
     * Starts to take part in the watch of a pipeline and returns at once. What keeps it from going on is said in its status and tried again.
     *
     * @param predecessor one of the same pipeline that was told to stop and must have ended first, or null
     */
    Running start(Pipeline pipeline, @Nullable Running predecessor);

    /**
     * How a watch fares.
     *
     * @param owned whether it is on this replica
     * @param reason why it does not go on; else empty
     * @param lag predictions that are not looked at yet; −1 where that is not known or another replica's
     */
    record Status(boolean owned, String reason, long lag) {}

    /** A watch that was started. Told to stop, it keeps what it has. */
    interface Running extends Stoppable {
        Status status();
    }
}
