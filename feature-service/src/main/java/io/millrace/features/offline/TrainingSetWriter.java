package io.millrace.features.offline;

import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.offline.OfflineStoreException;
import io.millrace.features.app.training.TrainingSet;
import io.millrace.features.app.training.TrainingSetEngine;
import io.millrace.features.kernel.ViewId;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes training sets from the offline store's files. DuckDB finds and sorts what belongs to a row, and the kernel folds it, in one pass for each view. */
final class TrainingSetWriter implements TrainingSetEngine {
    private final OfflineStore store;
    private final QueriedRows.Databases databases;
    private final Bounds bounds;

    /**
     * What one training set may take.
     *
     * @param memoryBytes of DuckDB
     * @param spillBytes on disk, beside the rows themselves
     * @param work folder in which each has a folder of its own while it is made
     */
    record Bounds(long memoryBytes, int threads, long spillBytes, Path work) {}

    TrainingSetWriter(OfflineStore store, QueriedRows.Databases databases, Bounds bounds) {
        this.store = store;
        this.databases = databases;
        this.bounds = bounds;
    }

    @Override
    public long write(TrainingSet set, JobContext context) {
        return write(set, store::snapshot, context);
    }

    @Override
    public long write(TrainingSet set, Function<ViewId, OfflineSnapshot> of, JobContext context) {
        Path work = bounds.work().resolve(context.id());
        List<OfflineSnapshot> snapshots = new ArrayList<>();
        try {
            remove(work);
            Files.createDirectories(work);
            Files.createDirectories(set.output().toAbsolutePath().getParent());
            for (ReadPlan.Part part : set.plan().parts()) {
                snapshots.add(of.apply(part.view().id()));
            }
            var duckDb = new DuckDb(bounds.memoryBytes(), bounds.threads(), work.resolve("spill"));
            try (var run = new TrainingSetRun(set, snapshots, duckDb, databases, bounds.spillBytes(), work, context)) {
                return run.write();
            }
        } catch (SQLException e) {
            context.checkCancelled();
            throw new JobFailedException("the training set cannot be made: " + firstLine(e.getMessage()), e);
        } catch (IOException e) {
            throw new OfflineStoreException("a training set cannot be written: " + e.getMessage(), e);
        } finally {
            snapshots.forEach(OfflineSnapshot::close);
            remove(work);
        }
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "" : message.lines().findFirst().orElse("");
    }

    private static void remove(Path folder) {
        if (Files.notExists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the folder of a training set cannot be emptied", e);
        }
    }
}
