package io.millrace.features.app.batch;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.PushLog;
import io.millrace.features.app.batch.Materialization.State;
import io.millrace.features.app.deletion.Voids;
import io.millrace.features.domain.Coercion;
import io.millrace.features.domain.PushTarget;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Computation.Aggregated;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.ViewId;
import io.millrace.gate.Refusal;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings the rows of batch sources into the service's own log, from where online and offline store take them. One job at a time, chunk by chunk: a chunk is committed under an id of its own, then the job
 * is written down. After a kill -9 the chunk in which it died is committed again under the same id, and counts once.
 */
@ApplicationScoped
public class Materializations {
    private static final Logger LOG = Logger.getLogger(Materializations.class);
    private static final int CHUNK = 1_000;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final BatchTables tables;
    private final PushLog log;
    private final RejectedRows rejects;
    private final MaterializationStore store;
    private final Voids voids;
    private final MaterializationMeter meter;
    private final InstantSource clock;
    private final Map<String, Materialization> jobs = new ConcurrentHashMap<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("materializations").daemon().factory());

    public Materializations(
            Catalog catalog,
            DefinitionStore definitions,
            BatchTables tables,
            PushLog log,
            RejectedRows rejects,
            MaterializationStore store,
            Voids voids,
            MaterializationMeter meter,
            InstantSource clock) {
        this.catalog = catalog;
        this.definitions = definitions;
        this.tables = tables;
        this.log = log;
        this.rejects = rejects;
        this.store = store;
        this.voids = voids;
        this.meter = meter;
        this.clock = clock;
        store.all().forEach(this::take);
    }

    @PreDestroy
    void stop() {
        stopped.countDown();
        worker.shutdown();
    }

    /** Goes on with what was interrupted; to be called once, when the service has started. */
    public void resume() {
        list().stream().filter(job -> job.state() == State.RUNNING).forEach(this::submit);
    }

    /**
     * Begins to materialise a range.
     *
     * @param view {@code view} or {@code view@version}
     * @throws Refusal where the view has no batch source, the range ends in the future or is empty, or its rows would count twice
     */
    public synchronized Materialization start(String view, TimeRange range) {
        FeatureView found = batchView(view);
        long now = Coercion.micros(clock.instant());
        if (range.toMicros() != Long.MAX_VALUE && range.toMicros() > now) {
            throw new Refusal(FeatureReason.WRONG_RANGE, "the range ends in the future");
        }
        if (range.fromMicros() > range.toMicros()) {
            throw new Refusal(FeatureReason.WRONG_RANGE, "the range ends before it begins");
        }
        var bounded = new TimeRange(range.fromMicros(), Math.min(range.toMicros(), now));
        refuseTwice(found, bounded);
        Instant instant = clock.instant();
        var job = new Materialization(
                UUID.randomUUID().toString(), found.id(), bounded, State.RUNNING, 0, 0, 0, 0, -1, instant, instant, "");
        save(job);
        submit(job);
        return job;
    }

    /**
     * Begins to materialise what came since the last end; the first time what is not older than the view's ttl.
     *
     * @param toMicros inclusive; {@link Long#MAX_VALUE} for now
     */
    public synchronized Materialization startIncremental(String view, long toMicros) {
        FeatureView found = batchView(view);
        long now = Coercion.micros(clock.instant());
        long from = of(found.id())
                .filter(job -> job.state() == State.DONE)
                .mapToLong(job -> job.range().toMicros() + 1)
                .max()
                .orElseGet(() ->
                        found.ttl().map(ttl -> now - ttl.toNanos() / 1_000).orElse(Long.MIN_VALUE));
        return start(view, new TimeRange(from, toMicros));
    }

    /** All, the oldest first. */
    public List<Materialization> list() {
        return jobs.values().stream()
                .sorted(Comparator.comparing(Materialization::started).thenComparing(Materialization::id))
                .toList();
    }

    public Materialization find(String id) {
        return Optional.ofNullable(jobs.get(id))
                .orElseThrow(() ->
                        new Refusal(FeatureReason.MATERIALIZATION_NOT_FOUND, "there is no materialisation " + id));
    }

    /** Ends a job behind the chunk that is on its way; rows that were written stay. One that has ended stays as it is. */
    public synchronized Materialization cancel(String id) {
        Materialization job = find(id);
        if (job.state() == State.RUNNING) {
            become(id, State.CANCELLED, "cancelled");
        }
        return find(id);
    }

    private java.util.stream.Stream<Materialization> of(ViewId view) {
        return jobs.values().stream().filter(job -> job.view().equals(view));
    }

    private FeatureView batchView(String name) {
        definitions.requireCurrent();
        FeatureView view = catalog.resolve(name)
                .orElseThrow(
                        () -> new Refusal(FeatureReason.VIEW_NOT_FOUND, "there is no feature view '" + name + "'"));
        if (!(view.source() instanceof Source.Batch)) {
            throw new Refusal(
                    FeatureReason.NO_BATCH_SOURCE, "feature view " + view.id() + " has no batch source to materialise");
        }
        return view;
    }

    /** A row that comes twice changes no plain feature, but it counts twice in a window. */
    private void refuseTwice(FeatureView view, TimeRange range) {
        if (view.features().stream().noneMatch(feature -> feature.computation() instanceof Aggregated)) {
            return;
        }
        of(view.id())
                .filter(job -> job.range().overlaps(range))
                .filter(job -> job.state() == State.RUNNING || job.written() > 0)
                .findFirst()
                .ifPresent(job -> {
                    throw new Refusal(
                            FeatureReason.WRONG_RANGE,
                            "rows of this range were materialised by " + job.id() + "; the windows of " + view.id()
                                    + " would count them twice. Materialise the rest, or a new version of the view");
                });
    }

    private void submit(Materialization job) {
        worker.execute(() -> {
            try {
                run(job.id());
            } catch (BatchSourceException e) {
                fail(job.id(), String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                LOG.errorf(e, "The materialisation %s of %s failed", job.id(), job.view());
                fail(job.id(), e.toString());
            }
        });
    }

    private void run(String id) {
        Materialization job = find(id);
        await(definitions::isCurrent);
        FeatureView view = catalog.find(job.view()).orElse(null);
        if (isStopping()) {
            return;
        }
        if (view == null || !(view.source() instanceof Source.Batch source)) {
            fail(id, "the view is no longer there");
            return;
        }
        var reader = new BatchRows(view, source);
        try (BatchTables.Rows rows = tables.open(source, job.range())) {
            save(job.expecting(rows.expected()));
            for (long skipped = 0; skipped < job.read(); skipped++) {
                rows.next();
            }
            while (find(id).state() == State.RUNNING && !isStopping()) {
                if (!chunk(id, view, reader, rows)) {
                    end(id);
                    return;
                }
            }
        }
    }

    /** Deals with the next rows; false where there was none. */
    private boolean chunk(String id, FeatureView view, BatchRows reader, BatchTables.Rows rows) {
        Materialization before = find(id);
        var events = new ArrayList<FeatureEvent>(CHUNK);
        var rejected = new ArrayList<RejectedRows.Rejected>();
        long read = 0;
        while (read < CHUNK) {
            @Nullable Map<String, @Nullable FeatureValue> row = rows.next();
            if (row == null) {
                break;
            }
            switch (reader.read(row)) {
                case BatchRows.Outcome.Row(FeatureEvent event) -> {
                    if (before.range().contains(event.timeMicros())
                            && !voids.isVoid(view, event.key(), event.timeMicros())) {
                        events.add(event);
                    }
                }
                case BatchRows.Outcome.Rejected(String reason) ->
                    rejected.add(new RejectedRows.Rejected(before.read() + read, row.toString(), reason));
            }
            read++;
        }
        if (read == 0) {
            return false;
        }
        String pushId = "materialize/" + id + "/" + before.read();
        boolean committed = untilTaken(() -> {
            if (!rejected.isEmpty()) {
                rejects.write(view.id(), id, rejected);
            }
            if (!events.isEmpty()) {
                log.append(view, pushId, PushTarget.ONLINE_AND_OFFLINE, events).join();
            }
        });
        if (committed) {
            advance(id, read, events.size(), rejected.size());
        }
        return true;
    }

    private synchronized void advance(String id, long read, int written, int rejected) {
        save(find(id).advanced(read, written, rejected, clock.instant()));
        meter.dealtWith(written, rejected, read - written - rejected);
    }

    private synchronized void end(String id) {
        become(id, State.DONE, "");
    }

    private synchronized void fail(String id, String why) {
        become(id, State.FAILED, why);
    }

    private void become(String id, State state, String why) {
        save(find(id).become(state, why, clock.instant()));
        meter.ended(state);
    }

    private void save(Materialization job) {
        store.save(job);
        take(job);
    }

    private void take(Materialization job) {
        jobs.put(job.id(), job);
        meter.running((int) jobs.values().stream()
                .filter(each -> each.state() == State.RUNNING)
                .count());
        if (job.state() == State.DONE) {
            meter.succeeded(job.view(), job.updated());
        }
    }

    /** Tries again while Kafka does not take it; false where the service stops before it did. */
    private boolean untilTaken(Runnable write) {
        while (!isStopping()) {
            try {
                write.run();
                return true;
            } catch (Refusal e) {
                refuseOther(e);
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof Refusal refusal)) {
                    throw e;
                }
                refuseOther(refusal);
            }
            pause();
        }
        return false;
    }

    private static void refuseOther(Refusal refusal) {
        if (refusal.reason() != FeatureReason.PUSH_LOG_UNAVAILABLE) {
            throw refusal;
        }
        LOG.warnf("A materialisation waits for Kafka: %s", refusal.getMessage());
    }

    private void await(java.util.function.BooleanSupplier condition) {
        while (!condition.getAsBoolean() && !isStopping()) {
            pause();
        }
    }

    private boolean isStopping() {
        return stopped.getCount() == 0;
    }

    private void pause() {
        try {
            if (stopped.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("stopped while a materialisation waited");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped.countDown();
        }
    }
}
