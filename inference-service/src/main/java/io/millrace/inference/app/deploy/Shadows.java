package io.millrace.inference.app.deploy;

import io.millrace.inference.app.Deadline;
import io.millrace.inference.config.InferenceConfig;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Shows calls to shadows after they were answered, one after the other on a thread of lowest priority. What waits is bounded in calls and in rows; a call
 * for which there is no room is dropped and counted, so that a shadow that is slow, stuck or failing costs the calls nothing. Thread-safe.
 */
@ApplicationScoped
public class Shadows {
    private static final Logger LOG = Logger.getLogger(Shadows.class);

    private final BlockingQueue<Waiting> queue;
    private final AtomicInteger rows = new AtomicInteger();
    private final int maxRows;
    private final Duration deadline;
    private final Thread worker;

    /** What a shadow does with a call. */
    @FunctionalInterface
    public interface Work {
        void run(Deadline deadline);
    }

    private record Waiting(ArmTally tally, int rows, Work work) {}

    public Shadows(InferenceConfig config) {
        this.queue = new ArrayBlockingQueue<>(config.shadow().maxCalls());
        this.maxRows = config.shadow().maxRows();
        this.deadline = config.predict().deadline();
        this.worker = Thread.ofPlatform()
                .name("shadows")
                .daemon()
                .priority(Thread.MIN_PRIORITY)
                .start(this::work);
    }

    /**
     * Shows a call to a shadow, soon or never.
     *
     * @param work makes what is kept of the call; asked only where there is room
     */
    public void offer(ArmTally tally, int rowsOfCall, Supplier<Work> work) {
        if (rows.addAndGet(rowsOfCall) > maxRows
                || queue.remainingCapacity() == 0
                || !queue.offer(new Waiting(tally, rowsOfCall, work.get()))) {
            rows.addAndGet(-rowsOfCall);
            tally.dropped();
        }
    }

    @PreDestroy
    void close() {
        worker.interrupt();
    }

    private void work() {
        try {
            while (true) {
                run(queue.take());
            }
        } catch (InterruptedException ends) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Waiting waiting) {
        rows.addAndGet(-waiting.rows());
        try {
            waiting.work().run(new Deadline(deadline));
        } catch (RuntimeException e) {
            waiting.tally().refused(e);
            LOG.debug("A shadow failed", e);
        }
    }
}
