package io.millrace.jobs;

import io.millrace.gate.Refusal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Runs long work, a few at a time, and remembers what became of it. A job is on disk before it is begun: after a crash it is taken up again where its kind can go on, and says
 * that it was interrupted where not. Each replica has its own jobs. Thread-safe.
 */
public final class Jobs implements AutoCloseable {
    /** The most jobs of one page. */
    public static final int MAX_PAGE = 1_000;

    private static final Logger LOG = Logger.getLogger(Jobs.class);
    private static final Comparator<Job> NEWEST_FIRST =
            Comparator.comparing(Job::created).thenComparing(Job::id).reversed();

    private final Supplier<Stream<? extends JobHandler>> handlers;
    private final JobStore store;
    private final JobLimits limits;
    private final JobReasons reasons;
    private final InstantSource clock;
    private final JobMeter meter;
    private final Map<String, RunningJob> jobs = new ConcurrentHashMap<>();
    private final ExecutorService workers;
    private volatile boolean closing;

    /** A page of jobs, and where the next one begins; empty where this is the last. */
    public record Page(List<Job> jobs, Optional<String> next) {}

    /**
     * @param handlers asked when a job is begun
     */
    public Jobs(
            Supplier<Stream<? extends JobHandler>> handlers,
            JobStore store,
            JobLimits limits,
            JobReasons reasons,
            InstantSource clock,
            JobMeter meter) {
        this.handlers = handlers;
        this.store = store;
        this.limits = limits;
        this.reasons = reasons;
        this.clock = clock;
        this.meter = meter;
        this.workers = Executors.newFixedThreadPool(
                limits.concurrency(),
                Thread.ofPlatform().daemon().name("job-", 0).factory());
    }

    /** Takes up what an earlier process left. Call once, before anything else. */
    public void takeUp() {
        handlers.get().forEach(handler -> meter.watch(this, handler.kind()));
        for (Job left : store.all().stream().sorted(NEWEST_FIRST.reversed()).toList()) {
            var entry = new RunningJob(left, store);
            jobs.put(left.id(), entry);
            switch (left.state()) {
                case QUEUED -> {
                    tell(left);
                    submit(entry);
                }
                case RUNNING -> {
                    if (handler(left.kind()).map(JobHandler::resumes).orElse(false)) {
                        become(entry, left.queuedAgain());
                        submit(entry);
                    } else {
                        become(
                                entry,
                                left.ended(Job.State.INTERRUPTED, "the service ended while it ran", clock.instant()));
                    }
                }
                case DONE, FAILED, CANCELLED, INTERRUPTED -> tell(left);
            }
        }
        forgetOld();
    }

    /**
     * Begins a job as soon as there is room.
     *
     * @throws Refusal {@link JobReasons#tooMany}
     * @throws IllegalArgumentException where no handler knows the kind
     */
    public Job start(String kind, Map<String, String> parameters) {
        if (handler(kind).isEmpty()) {
            throw new IllegalArgumentException("nobody knows how to do a job of kind " + kind);
        }
        RunningJob entry;
        synchronized (this) {
            long waiting = jobs.values().stream()
                    .filter(each -> each.job().state() == Job.State.QUEUED)
                    .count();
            if (waiting >= limits.waiting()) {
                throw new Refusal(reasons.tooMany(), waiting + " jobs are waiting already; try again later");
            }
            Job job = Job.queued(UUID.randomUUID().toString(), kind, parameters, clock.instant());
            store.save(job);
            entry = new RunningJob(job, store);
            jobs.put(job.id(), entry);
            tell(job);
        }
        forgetOld();
        submit(entry);
        return entry.job();
    }

    /**
     * @throws Refusal {@link JobReasons#unknown}
     */
    public Job get(String id) {
        return entry(id).job();
    }

    /**
     * The jobs of a kind, the newest first.
     *
     * @param kind empty for all kinds
     * @param size at most {@link #MAX_PAGE}; 0 for 100
     * @param after what the page before gave; empty for the first page
     * @throws Refusal where no page begins there
     */
    public Page list(String kind, int size, String after) {
        List<Job> all = all(kind);
        int from = 0;
        if (!after.isEmpty()) {
            Job last = Optional.ofNullable(jobs.get(after))
                    .map(RunningJob::job)
                    .orElseThrow(() -> new Refusal(reasons.badPage(), "no page begins at that token"));
            from = all.indexOf(last) + 1;
        }
        int count = Math.min(size <= 0 ? 100 : size, MAX_PAGE);
        List<Job> page = all.subList(from, Math.min(all.size(), from + count));
        boolean isLast = from + count >= all.size();
        return new Page(
                List.copyOf(page),
                isLast || page.isEmpty()
                        ? Optional.empty()
                        : Optional.of(page.getLast().id()));
    }

    /**
     * All jobs of a kind, the newest first.
     *
     * @param kind empty for all kinds
     */
    public List<Job> all(String kind) {
        return jobs.values().stream()
                .map(RunningJob::job)
                .filter(job -> kind.isEmpty() || job.kind().equals(kind))
                .sorted(NEWEST_FIRST)
                .toList();
    }

    /**
     * Asks a job to end; it may take a moment until it has. A job that has ended stays as it is.
     *
     * @return as it is now
     * @throws Refusal {@link JobReasons#unknown}
     */
    public Job cancel(String id) {
        RunningJob entry = entry(id);
        entry.end();
        synchronized (entry) {
            if (entry.job().state() == Job.State.QUEUED) {
                become(entry, entry.job().ended(Job.State.CANCELLED, "", clock.instant()));
            }
        }
        return entry.job();
    }

    /**
     * Tells the watcher how a job is now, then of its changes, the last of them final; progress some times a second at most.
     *
     * @param watcher called on the job's thread: it must not wait
     * @return stops telling
     * @throws Refusal {@link JobReasons#unknown}
     */
    public Runnable watch(String id, Consumer<Job> watcher) {
        RunningJob entry = entry(id);
        entry.watch(watcher);
        return () -> entry.unwatch(watcher);
    }

    /** Asks what runs to end and waits a little; it is taken up again at the next start. */
    @Override
    public void close() {
        closing = true;
        workers.shutdown();
        jobs.values().stream()
                .filter(entry -> entry.job().state() == Job.State.RUNNING)
                .forEach(RunningJob::end);
        try {
            if (!workers.awaitTermination(5, TimeUnit.SECONDS)) {
                workers.shutdownNow();
            }
        } catch (InterruptedException e) {
            workers.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private void submit(RunningJob entry) {
        workers.execute(() -> run(entry));
    }

    private void run(RunningJob entry) {
        synchronized (entry) {
            if (closing || entry.job().state() != Job.State.QUEUED) {
                return;
            }
            become(entry, entry.job().begun(clock.instant()));
        }
        Job.State how = Job.State.FAILED;
        String why = "it failed unexpectedly; the service's log says more under " + entry.id();
        try {
            handler(entry.job().kind())
                    .orElseThrow(() -> new JobFailedException("nobody knows how to do this kind of job any more", null))
                    .run(entry.job().parameters(), entry);
            how = Job.State.DONE;
            why = "";
        } catch (JobCancelledException cancelled) {
            how = Job.State.CANCELLED;
            why = "";
        } catch (JobFailedException | Refusal failed) {
            why = String.valueOf(failed.getMessage());
            LOG.warnf("Job %s (%s) failed: %s", entry.id(), entry.job().kind(), why);
        } catch (RuntimeException unexpected) {
            LOG.errorf(
                    unexpected,
                    "Job %s (%s) failed unexpectedly",
                    entry.id(),
                    entry.job().kind());
        } finally {
            if (!closing || how == Job.State.DONE) {
                become(entry, entry.job().ended(how, why, clock.instant()));
            }
        }
    }

    private void become(RunningJob entry, Job next) {
        entry.become(next);
        if (next.state().isFinal()) {
            meter.ended(next.kind(), next.state());
        }
        tell(next);
    }

    private void tell(Job job) {
        handler(job.kind()).ifPresent(handler -> handler.hear(job));
    }

    private void forgetOld() {
        Instant tooOld = clock.instant().minus(limits.keptFor());
        List<Job> ended = all("").stream().filter(job -> job.state().isFinal()).toList();
        for (int i = 0; i < ended.size(); i++) {
            Job job = ended.get(i);
            boolean isOld = i >= limits.kept()
                    || (job.finished() != null && job.finished().isBefore(tooOld));
            if (isOld && !isNeeded(job)) {
                store.delete(job.id());
                jobs.remove(job.id());
            }
        }
    }

    private boolean isNeeded(Job job) {
        return handler(job.kind())
                .map(handler -> handler.isNeeded(job, all(job.kind())))
                .orElse(false);
    }

    private RunningJob entry(String id) {
        RunningJob entry = jobs.get(id);
        if (entry == null) {
            throw new Refusal(reasons.unknown(), "there is no job of that id");
        }
        return entry;
    }

    private Optional<? extends JobHandler> handler(String kind) {
        return handlers.get().filter(handler -> handler.kind().equals(kind)).findFirst();
    }
}
