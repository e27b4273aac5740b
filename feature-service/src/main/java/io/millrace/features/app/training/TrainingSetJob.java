package io.millrace.features.app.training;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.offline.OfflineStoreException;
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
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Makes a training set. After the service ended in the middle of it, it begins anew with the same versions. */
@Singleton
public class TrainingSetJob implements JobHandler {
    static final String KIND = "training-set";
    static final String FILE = "file";
    private static final Duration LOOKS_AGAIN = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final TrainingSetEngine engine;
    private final OfflineStore store;
    private final TrainingSetFolders folders;
    private final InstantSource clock;

    public TrainingSetJob(
            Catalog catalog,
            DefinitionStore definitions,
            TrainingSetEngine engine,
            OfflineStore store,
            TrainingSetFolders folders,
            InstantSource clock) {
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
        var set = new TrainingSet(
                parameters.rows(),
                plan(parameters),
                parameters.timestampColumn(),
                parameters.columns(),
                parameters.knownAt(),
                parameters.statuses(),
                parameters.eventTimes(),
                parameters.expired(),
                parameters.format(),
                folders.output(context.id(), parameters.format()));
        try {
            long rows = engine.write(set, context);
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
    private ReadPlan plan(TrainingSetParameters parameters) {
        Map<String, ViewId> pinned = parameters.views();
        return ReadPlan.of(parameters.features(), parameters.fullNames(), name -> Optional.ofNullable(pinned.get(name))
                .flatMap(version -> catalog.named(version.toString())));
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
