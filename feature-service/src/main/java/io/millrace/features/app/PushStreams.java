package io.millrace.features.app;

import io.millrace.gate.Refusal;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/** Opens streams of pushes, a bounded number at one time. Thread-safe. */
public final class PushStreams {
    private final Pushes pushes;
    private final Executor worker;
    private final int rowsInFlight;
    private final int most;
    private final Semaphore places;

    /**
     * @param worker where a stream checks and appends its pushes; its tasks block
     * @param rowsInFlight how many rows of one stream may be taken and not committed before it has no more room
     * @param most streams at one time
     */
    public PushStreams(Pushes pushes, Executor worker, int rowsInFlight, int most) {
        this.pushes = pushes;
        this.worker = worker;
        this.rowsInFlight = rowsInFlight;
        this.most = most;
        this.places = new Semaphore(most);
    }

    /**
     * @param room called, on any thread, whenever the stream may have room again
     * @throws Refusal with {@link FeatureReason#TOO_MANY_PUSH_STREAMS}
     */
    public PushStream open(Runnable room) {
        if (!places.tryAcquire()) {
            throw new Refusal(
                    FeatureReason.TOO_MANY_PUSH_STREAMS, "more than " + most + " streams of pushes at one time");
        }
        var stream = new PushStream(pushes, worker, rowsInFlight, room);
        stream.outcome().whenComplete((_, _) -> places.release());
        return stream;
    }

    /** Streams that are open now. */
    public int open() {
        return most - places.availablePermits();
    }
}
