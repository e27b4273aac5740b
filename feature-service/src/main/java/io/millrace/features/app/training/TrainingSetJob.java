package io.millrace.features.app.training;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.offline.OfflineStoreException;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobFailedException;
import io.millrace.jobs.JobHandler;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes a training set. After the service ended in the middle of it, it begins anew with the same versions. */
@Singleton
public class TrainingSetJob implements JobHandler {
    static final String KIND = "training-set";
    static final String FILE = "file";
    /** What is gone from the topics of planned views, one line each. */
    static final String GAPS = "planned_gaps";

    private static final Duration LOOKS_AGAIN = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final TrainingSetEngine engine;
    private final OfflineStore store;
    private final TrainingSetFolders folders;
    private final PlannedRows plannedRows;
    private final InstantSource clock;

    public TrainingSetJob(
            Catalog catalog,
            DefinitionStore definitions,
            TrainingSetEngine engine,
            OfflineStore store,
            TrainingSetFolders folders,
            PlannedRows plannedRows,
            InstantSource clock) {
        this.plannedRows = plannedRows;
        this.catalog = catalog;
        this.definitions = definitions;
        this.engine = engine;
        this.store = store;
        this.folders = folders;
        this.clock = clock;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public boolean resumes() {
        return true;
    }

    @Override
    public void run(Map<String, String> texts, JobContext context) {
        while (!definitions.isCurrent()) {
            context.phase("waits until the definitions are known");
            context.checkCancelled();
            LockSupport.parkNanos(LOOKS_AGAIN.toNanos());
        }
        removeOld();
        var parameters = new TrainingSetParameters(texts);
        if (parameters.knownAt() instanceof KnownAt.Positions positions) {
            awaitReached(positions.reached(), context);
        }
        var planned = PlannedDefinitions.of(catalog.definitions(), parameters.planned());
        var set = new TrainingSet(
                parameters.rows(),
                plan(parameters, planned),
                parameters.timestampColumn(),
                parameters.columns(),
                parameters.knownAt(),
                parameters.statuses(),
                parameters.eventTimes(),
                parameters.expired(),
                parameters.format(),
                folders.output(context.id(), parameters.format()));
        try {
            long rows = write(set, planned, context);
            context.result("rows", String.valueOf(rows));
            context.result(FILE, set.output().toString());
        } catch (OfflineStoreException e) {
            throw new JobFailedException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The files are written a while after the online store: nobody's event may be missing because of that. */
    private void awaitReached(List<KnownAt.Reached> wanted, JobContext context) {
        long since = System.nanoTime();
        for (KnownAt.Reached each : wanted) {
            while (!isReached(each)) {
                context.phase("waits until the events of " + each.view() + " are in the files");
                context.checkCancelled();
                if (System.nanoTime() - since > PATIENCE.toNanos()) {
                    throw new JobFailedException(
                            "the files of " + each.view() + " have not reached offset " + each.offset()
                                    + " of partition " + each.partition() + " within " + PATIENCE,
                            null);
                }
                LockSupport.parkNanos(LOOKS_AGAIN.toNanos());
            }
        }
    }

    private boolean isReached(KnownAt.Reached wanted) {
        int at = wanted.view().lastIndexOf('@');
        var view = new ViewId(
                wanted.view().substring(0, Math.max(0, at)), wanted.view().substring(at + 1));
        return wanted.offset() <= 0
                || store.reached(view).entrySet().stream()
                        .anyMatch(each -> each.getKey().topicId().equals(wanted.topicId())
                                && each.getKey().partition() == wanted.partition()
                                && each.getValue().next() >= wanted.offset());
    }

    /** Every name means the version that it meant when the job was started. */
    private ReadPlan plan(TrainingSetParameters parameters, PlannedDefinitions planned) {
        Map<String, ViewId> pinned = parameters.views();
        return ReadPlan.of(parameters.features(), parameters.fullNames(), name -> Optional.ofNullable(pinned.get(name))
                .flatMap(version -> parameters.planned().isEmpty()
                        ? catalog.named(version.toString())
                        : planned.then().view(version.toString())));
    }

    /** Views that are not applied as they are planned are read from their topics first. */
    private long write(TrainingSet set, PlannedDefinitions planned, JobContext context) {
        List<FeatureView> changed =
                set.plan().views().stream().filter(planned::isChanged).toList();
        if (changed.isEmpty()) {
            return engine.write(set, context);
        }
        Set<ViewId> ids = changed.stream().map(FeatureView::id).collect(Collectors.toSet());
        try (PlannedRows.Read read = plannedRows.read(changed, context)) {
            context.result(GAPS, String.join("\n", read.gaps()));
            return engine.write(set, view -> ids.contains(view) ? read.snapshot(view) : store.snapshot(view), context);
        }
    }

    private void removeOld() {
        Instant tooOld = clock.instant().minus(folders.keptFor());
        for (Path folder : List.of(folders.directory().resolve("sets"), folders.uploads())) {
            if (Files.notExists(folder)) {
                continue;
            }
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(tooOld)) {
                        Files.deleteIfExists(file);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("old training sets cannot be removed", e);
            }
        }
    }
}
