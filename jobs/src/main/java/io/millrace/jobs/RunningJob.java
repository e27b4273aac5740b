package io.millrace.jobs;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A job in this process: its present state, who watches it, and whether it is to end. Thread-safe. */
final class RunningJob implements JobContext {
    private static final long TOLD_EVERY_NANOS = 200_000_000L;
    private static final long SAVED_EVERY_NANOS = 2_000_000_000L;

    private final JobStore store;
    private final List<Consumer<Job>> watchers = new CopyOnWriteArrayList<>();
    private volatile Job job;
    private volatile boolean isToEnd;
    private @Nullable Runnable stop;
    private long phaseSince = System.nanoTime();
    private long phaseFrom;
    private long toldAt = phaseSince;
    private long savedAt = phaseSince;

    RunningJob(Job job, JobStore store) {
        this.job = job;
        this.store = store;
    }

    Job job() {
        return job;
    }

    /** Tells the watcher how it is now, then each change. */
    synchronized void watch(Consumer<Job> watcher) {
        watchers.add(watcher);
        watcher.accept(job);
    }

    void unwatch(Consumer<Job> watcher) {
        watchers.remove(watcher);
    }

    /** A change of state: on disk before anybody hears of it. */
    synchronized void become(Job next) {
        store.save(next);
        phaseSince = System.nanoTime();
        tell(next);
        if (next.state().isFinal()) {
            watchers.clear();
            stop = null;
        }
    }

    /** Asks the work to end. */
    void end() {
        isToEnd = true;
        Runnable how;
        synchronized (this) {
            how = stop;
            stop = null;
        }
        if (how != null) {
            how.run();
        }
    }

    boolean isToEnd() {
        return isToEnd;
    }

    @Override
    public String id() {
        return job.id();
    }

    @Override
    public synchronized void phase(String name, long done) {
        phaseSince = System.nanoTime();
        phaseFrom = done;
        changed(job.at(name, done, Job.UNKNOWN, 0), true);
    }

    @Override
    public synchronized void progress(long done, long expected) {
        double seconds = (System.nanoTime() - phaseSince) / 1e9;
        double rate = seconds > 0 ? (done - phaseFrom) / seconds : 0;
        changed(job.at(job.phase(), done, expected, rate), false);
    }

    @Override
    public void checkCancelled() {
        if (isToEnd) {
            throw new JobCancelledException();
        }
    }

    @Override
    public void onCancel(Runnable how) {
        synchronized (this) {
            stop = how;
        }
        if (isToEnd) {
            end();
        }
    }

    @Override
    public Map<String, String> checkpoint() {
        return job.checkpoint();
    }

    @Override
    public synchronized void checkpoint(Map<String, String> state) {
        job = job.with(job.result(), state);
        save();
    }

    @Override
    public synchronized void result(String name, String value) {
        var results = new HashMap<>(job.result());
        results.put(name, value);
        changed(job.with(results, job.checkpoint()), false);
    }

    private void changed(Job next, boolean isWorthTelling) {
        long now = System.nanoTime();
        if (isWorthTelling || now - toldAt >= TOLD_EVERY_NANOS) {
            toldAt = now;
            tell(next);
        } else {
            job = next;
        }
        if (now - savedAt >= SAVED_EVERY_NANOS) {
            save();
        }
    }

    private void save() {
        store.save(job);
        savedAt = System.nanoTime();
    }

    private void tell(Job next) {
        job = next;
        watchers.forEach(watcher -> watcher.accept(next));
    }
}
