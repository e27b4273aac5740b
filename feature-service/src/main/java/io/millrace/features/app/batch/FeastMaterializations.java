package io.millrace.features.app.batch;

import io.millrace.features.app.AppliedBarrier;
import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.FeastSettings;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.gate.Refusal;
import io.millrace.jobs.Job;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Materialisations as Feast's clients ask for them: of several views at once, waited for or not. */
@ApplicationScoped
public class FeastMaterializations {
    private final Materializations materializations;
    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final AppliedBarrier barrier;
    private final FeastSettings settings;

    public FeastMaterializations(
            Materializations materializations,
            Catalog catalog,
            DefinitionStore definitions,
            AppliedBarrier barrier,
            FeastSettings settings) {
        this.materializations = materializations;
        this.catalog = catalog;
        this.definitions = definitions;
        this.barrier = barrier;
        this.settings = settings;
    }

    /** What became of a request that is not waited for; names as the request has them. */
    public sealed interface Begun {
        record Accepted(List<String> views) implements Begun {}

        /** Some are being materialised already; nothing was begun. */
        record Conflict(List<String> views) implements Begun {}
    }

    /** The names of the views whose source is a batch. */
    public List<String> all() {
        definitions.requireCurrent();
        return catalog.all().stream()
                .filter(view -> view.source() instanceof Source.Batch && catalog.isDefault(view.id()))
                .map(view -> view.id().name())
                .toList();
    }

    /**
     * Materialises views and waits until that is done and its rows can be read; the latter at most as long as a write waits.
     *
     * @return why it was not done; empty where it was
     * @throws Refusal as {@link Materializations#start} does
     */
    public Optional<String> materialize(List<String> views, Span span) {
        List<Materialization> ended =
                materializations.start(views, span).stream()
                        .map(job -> materializations.ended(job.id()))
                        .toList()
                        .stream()
                        .map(end -> end.join())
                        .toList();
        ended.stream()
                .filter(job -> job.counts().written() > 0)
                .flatMap(job -> catalog.find(job.view()).stream())
                .forEach(view -> barrier.await(view, settings.writeWait()));
        return ended.stream()
                .filter(job -> job.job().state() != Job.State.DONE)
                .map(FeastMaterializations::why)
                .findFirst();
    }

    /**
     * Begins to materialise views.
     *
     * @param instead whether what runs for them is ended first; rows that it wrote stay
     * @throws Refusal as {@link Materializations#start} does
     */
    public Begun begin(List<String> views, Span span, boolean instead) {
        if (instead) {
            views.stream().flatMap(this::running).forEach(job -> {
                materializations.cancel(job.id());
                materializations.ended(job.id()).join();
            });
        } else {
            List<String> busy = views.stream()
                    .filter(view -> running(view).findAny().isPresent())
                    .toList();
            if (!busy.isEmpty()) {
                return new Begun.Conflict(busy);
            }
        }
        materializations.start(views, span);
        return new Begun.Accepted(views);
    }

    private Stream<Materialization> running(String view) {
        return catalog.resolve(view).stream().flatMap(found -> materializations.running(found.id()));
    }

    private static String why(Materialization job) {
        String message = job.job().message();
        return "the materialization of " + job.view() + " was not done ("
                + job.job().state() + (message.isEmpty() ? ")" : "): " + message);
    }
}
