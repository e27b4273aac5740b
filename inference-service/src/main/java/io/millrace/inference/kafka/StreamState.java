package io.millrace.inference.kafka;

import io.millrace.inference.app.StreamStatus;
import org.jboss.logging.Logger;

/** What a stream says of itself: written by its thread, read by anybody. */
final class StreamState {
    private static final Logger LOG = Logger.getLogger(StreamState.class);

    private final String pipeline;
    private volatile StreamStatus status = new StreamStatus(false, "starting", -1);

    StreamState(String pipeline) {
        this.pipeline = pipeline;
    }

    StreamStatus status() {
        return status;
    }

    void running(long lag) {
        if (status.stalled()) {
            LOG.infof("Pipeline %s goes on", pipeline);
        }
        status = new StreamStatus(false, "", lag);
    }

    /** Notes the lag and leaves the rest as it is. */
    void lag(long lag) {
        StreamStatus now = status;
        status = new StreamStatus(now.stalled(), now.reason(), lag);
    }

    void stopped() {
        status = new StreamStatus(true, "stopped", -1);
    }

    void stalled(String reason) {
        StreamStatus now = status;
        if (!now.stalled() || !now.reason().equals(reason)) {
            LOG.warnf("Pipeline %s is stalled: %s", pipeline, reason);
        }
        status = new StreamStatus(true, reason, now.lag());
    }
}
