package io.millrace.features.app.batch;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.EventTimeBound;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.Names;
import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Computation.Aggregated;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.ViewId;
import io.millrace.gate.Refusal;
import io.millrace.jobs.Job;
import io.millrace.jobs.Jobs;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Starts, shows and cancels the jobs that bring the rows of batch sources into the stores. */
@ApplicationScoped
public class Materializations {
    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final Jobs jobs;
    private final EventTimeBound bound;
    private final InstantSource clock;

    public Materializations(
            Catalog catalog, DefinitionStore definitions, Jobs jobs, EventTimeBound bound, InstantSource clock) {
        this.catalog = catalog;
        this.definitions = definitions;
        this.jobs = jobs;
        this.bound = bound;
        this.clock = clock;
    }

    /**
     * Begins to materialise views.
     *
     * @param views {@code view} or {@code view@version}
     * @return a job for each; where an incremental one has nothing left to do, the one that got there
     * @throws Refusal where a view has no batch source, the range ends in the future or is empty, or its rows would count twice: none has begun then; or where too many jobs wait, those before have
     */
    public synchronized List<Materialization> start(List<String> views, Span span) {
        definitions.requireCurrent();
        var found = new ArrayList<Found>();
        for (String name : views) {
            FeatureView view = batchView(name);
            found.add(
                    switch (span) {
                        case Span.Within(TimeRange range) -> new Found(view, bounded(range), Optional.empty());
                        case Span.SinceLastEnd since -> sinceLastEnd(view, since);
                    });
        }
        found.stream().filter(each -> each.done().isEmpty()).forEach(each -> refuseTwice(each.view(), each.range()));
        return found.stream()
                .map(each -> each.done()
                        .orElseGet(() -> Materialization.of(jobs.start(
                                Materialization.KIND,
                                Materialization.parameters(each.view().id(), each.range())))))
                .toList();
    }

    /** What is to be materialised, or the job that has done it. */
    private record Found(FeatureView view, TimeRange range, Optional<Materialization> done) {}

    private TimeRange bounded(TimeRange range) {
        if (range.toMicros() != Long.MAX_VALUE && bound.isBeyond(range.toMicros(), clock.instant())) {
            throw new Refusal(FeatureReason.WRONG_RANGE, "the range ends in the future");
        }
        if (range.fromMicros() > range.toMicros()) {
            throw new Refusal(FeatureReason.WRONG_RANGE, "the range ends before it begins");
        }
        return new TimeRange(range.fromMicros(), Math.min(range.toMicros(), Coercion.micros(clock.instant())));
    }

    private Found sinceLastEnd(FeatureView view, Span.SinceLastEnd since) {
        long to = bounded(new TimeRange(Long.MIN_VALUE, since.toMicros())).toMicros();
        Optional<Materialization> last = lastDone(view.id(), jobs.all(Materialization.KIND));
        if (last.isPresent() && last.get().range().toMicros() >= to) {
            return new Found(view, last.get().range(), last);
        }
        long from = last.map(job -> job.range().toMicros() + 1)
                .or(() -> view.ttl().or(since::withoutTtl).map(back -> Coercion.micros(clock.instant()) - micros(back)))
                .orElse(Long.MIN_VALUE);
        return new Found(view, bounded(new TimeRange(from, to)), Optional.empty());
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }

    /** The job that brought a view's rows in up to the latest instant; of two that did, the newer one. */
    static Optional<Materialization> lastDone(ViewId view, List<Job> all) {
        return all.stream()
                .filter(job -> job.state() == Job.State.DONE)
                .map(Materialization::of)
                .filter(job -> job.view().equals(view))
                .max(Comparator.<Materialization>comparingLong(
                                job -> job.range().toMicros())
                        .thenComparing(job -> job.job().created())
                        .thenComparing(Materialization::id));
    }

    static boolean hasWindows(FeatureView view) {
        return view.features().stream().anyMatch(feature -> feature.computation() instanceof Aggregated);
    }

    /** Those that are remembered, the oldest first. */
    public List<Materialization> list() {
        return jobs.all(Materialization.KIND).reversed().stream()
                .map(Materialization::of)
                .toList();
    }

    /**
     * @throws Refusal {@link FeatureReason#JOB_NOT_FOUND}
     */
    public Materialization find(String id) {
        Job job = jobs.get(id);
        if (!job.kind().equals(Materialization.KIND)) {
            throw new Refusal(FeatureReason.JOB_NOT_FOUND, "the job " + id + " is no materialisation");
        }
        return Materialization.of(job);
    }

    /** Ends a job behind the chunk that is on its way; rows that were written stay. One that has ended stays as it is. */
    public Materialization cancel(String id) {
        find(id);
        return Materialization.of(jobs.cancel(id));
    }

    /** Completes with a job once it has ended. */
    public CompletableFuture<Materialization> ended(String id) {
        var end = new CompletableFuture<Materialization>();
        Runnable stop = jobs.watch(id, job -> {
            if (job.state().isFinal()) {
                end.complete(Materialization.of(job));
            }
        });
        end.whenComplete((_, _) -> stop.run());
        return end;
    }

    /** Those of a view that have not ended. */
    public Stream<Materialization> running(ViewId view) {
        return of(view).filter(job -> !job.job().state().isFinal());
    }

    private Stream<Materialization> of(ViewId view) {
        return list().stream().filter(job -> job.view().equals(view));
    }

    private FeatureView batchView(String name) {
        Names.require("A feature view", name);
        FeatureView view = catalog.resolve(name).orElseThrow(() -> catalog.unknownView(name));
        if (!(view.source() instanceof Source.Batch)) {
            throw new Refusal(
                    FeatureReason.NO_BATCH_SOURCE, "feature view " + view.id() + " has no batch source to materialise");
        }
        return view;
    }

    /** A row that comes twice changes no plain feature, but it counts twice in a window. */
    private void refuseTwice(FeatureView view, TimeRange range) {
        if (!hasWindows(view)) {
            return;
        }
        of(view.id())
                .filter(job -> job.range().overlaps(range))
                .filter(job -> !job.job().state().isFinal() || job.counts().written() > 0)
                .findFirst()
                .ifPresent(job -> {
                    throw new Refusal(
                            FeatureReason.WRONG_RANGE,
                            "rows of this range were materialised by " + job.id() + "; the windows of " + view.id()
                                    + " would count them twice. Materialise the rest, or a new version of the view");
                });
    }
}
