package io.millrace.inference.app;

import io.millrace.inference.domain.Pipeline;
import org.jspecify.annotations.Nullable;

/** Runs pipelines as streams: from the input topic to the output topic, exactly once. */
public interface PipelineStreams {
    /**
     * Starts a stream and returns at once; it goes on from the committed offset, or from the declared start where there is none. What
     * keeps it from running is said in its status and tried again, never thrown.
     *
     * @param tally what it counts into
     * @param predecessor a stream of the same pipeline that was told to stop and must have ended first, or null
     */
    RunningStream start(Pipeline pipeline, StreamTally tally, @Nullable RunningStream predecessor);

    /** A stream that was started. Told to stop, it finishes or aborts the transaction under way and leaves its group. */
    interface RunningStream extends Stoppable {
        StreamStatus status();
    }
}
