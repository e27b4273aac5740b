package io.millrace.inference.app;

import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.ContractReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Checks a sample of a stream's events against the contract of its input, beside the stream: a bounded queue and one worker, so that a slow
 * or absent registry costs neither time nor memory. The first events are checked at once, later ones once an interval; what does not fit the
 * queue is not checked, so that the count of violations is a lower bound. As long as the contract is unknown the registry is asked again once an
 * interval, events or none.
 */
public final class ContractWatch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ContractWatch.class);
    private static final String NOT_CHECKED = "not checked yet";

    private final String pipeline;
    private final ContractReference contract;
    private final ContractRegistry registry;
    private final StreamTally tally;
    private final StreamTelemetry telemetry;
    private final Limits limits;
    private final ArrayBlockingQueue<byte[]> waiting;
    private final Thread worker;
    private volatile boolean open = true;
    private volatile String remark = NOT_CHECKED;
    private boolean known;
    private long looked;

    /**
     * How much is checked.
     *
     * @param interval least time between two checks
     * @param rows most events of one check, and the queue's length; at least 1
     * @param eventBytes longer events are not checked
     * @param deadline bound on one call
     */
    public record Limits(Duration interval, int rows, int eventBytes, Duration deadline) {
        public Limits {
            if (rows < 1) {
                throw new IllegalArgumentException("at least 1 event must be checked at a time, was " + rows);
            }
        }
    }

    private ContractWatch(
            Pipeline pipeline,
            ContractReference contract,
            ContractRegistry registry,
            StreamTally tally,
            StreamTelemetry telemetry,
            Limits limits) {
        this.pipeline = pipeline.name();
        this.contract = contract;
        this.registry = registry;
        this.tally = tally;
        this.telemetry = telemetry;
        this.limits = limits;
        this.waiting = new ArrayBlockingQueue<>(limits.rows());
        this.worker = Thread.ofVirtual().name("contract-" + pipeline.name()).unstarted(this::watch);
    }

    /** Starts to watch, or null where the pipeline names no contract. */
    public static @Nullable ContractWatch start(
            Pipeline pipeline, ContractRegistry registry, StreamTally tally, StreamTelemetry telemetry, Limits limits) {
        ContractReference contract = pipeline.input().contract().orElse(null);
        if (contract == null) {
            return null;
        }
        var watch = new ContractWatch(pipeline, contract, registry, tally, telemetry, limits);
        watch.worker.start();
        return watch;
    }

    /** Takes an event for the sample, or leaves it; never waits. */
    public void offer(byte[] event) {
        if (event.length <= limits.eventBytes()) {
            waiting.offer(event);
        }
    }

    /** Whether the sample is full at the moment, so that offering can be spared. */
    public boolean isFull() {
        return waiting.remainingCapacity() == 0;
    }

    /** What the last check found, for people; empty where the contract is kept. */
    public String remark() {
        return remark.isEmpty() ? "" : "contract " + contract.domain() + "/" + contract.name() + ": " + remark;
    }

    @Override
    public void close() {
        open = false;
        worker.interrupt();
    }

    private void watch() {
        try {
            look();
            while (open) {
                var rows = new ArrayList<byte[]>();
                byte[] first = waiting.poll(1, TimeUnit.SECONDS);
                if (first == null) {
                    lookAgain();
                    continue;
                }
                rows.add(first);
                waiting.drainTo(rows, limits.rows() - 1);
                note(check(rows));
                TimeUnit.NANOSECONDS.sleep(limits.interval().toNanos());
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void lookAgain() {
        if (!known && System.nanoTime() - looked >= limits.interval().toNanos()) {
            look();
        }
    }

    /** Asks whether there is such a contract, without an event. */
    private void look() {
        String why;
        try {
            why = registry.whyUnknown(contract, limits.deadline()).orElse("");
        } catch (RuntimeException e) {
            LOG.warnf(e, "The contract of pipeline %s could not be asked for", pipeline);
            why = String.valueOf(e.getMessage());
        }
        looked = System.nanoTime();
        known = why.isEmpty();
        say(known ? NOT_CHECKED : "unknown, " + why);
    }

    private ContractRegistry.Verdict check(List<byte[]> rows) {
        try {
            return registry.check(contract, rows, limits.deadline());
        } catch (RuntimeException e) {
            LOG.warnf(e, "The contract of pipeline %s could not be checked", pipeline);
            return new ContractRegistry.Verdict.Unknown(String.valueOf(e.getMessage()));
        } finally {
            looked = System.nanoTime();
        }
    }

    private void note(ContractRegistry.Verdict verdict) {
        switch (verdict) {
            case ContractRegistry.Verdict.Unknown(String why) -> {
                known = false;
                say("unknown, " + why);
            }
            case ContractRegistry.Verdict.Checked(long violations, String issue) -> {
                known = true;
                tally.violated(violations);
                telemetry.contractViolated(violations);
                say(issue.isEmpty() ? "" : "broken, " + issue);
            }
        }
    }

    private void say(String now) {
        if (!now.equals(remark)) {
            remark = now;
            LOG.infof(
                    "Pipeline %s: contract %s/%s is %s",
                    pipeline, contract.domain(), contract.name(), now.isEmpty() ? "kept" : now);
        }
    }
}
