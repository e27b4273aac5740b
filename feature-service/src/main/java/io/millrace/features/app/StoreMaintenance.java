package io.millrace.features.app;

import io.millrace.features.app.Rebuilds.RebuildProgress;
import io.millrace.features.app.StoreCopies.Copy;
import io.millrace.features.app.deletion.DeletionLog;
import io.millrace.features.app.deletion.VoidFilter;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.gate.Refusal;
import io.millrace.jobs.Job;
import io.millrace.jobs.Jobs;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;

/** What people on duty do with the online store: copies, and states that are built again. */
@ApplicationScoped
public class StoreMaintenance {
    private final StoreCopies copies;
    private final Rebuilds rebuilds;
    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final DeletionLog deletions;
    private final VoidFilter voids;
    private final Jobs jobs;

    public StoreMaintenance(
            StoreCopies copies,
            Rebuilds rebuilds,
            Catalog catalog,
            DefinitionStore definitions,
            DeletionLog deletions,
            VoidFilter voids,
            Jobs jobs) {
        this.copies = copies;
        this.rebuilds = rebuilds;
        this.catalog = catalog;
        this.definitions = definitions;
        this.deletions = deletions;
        this.voids = voids;
        this.jobs = jobs;
    }

    /**
     * Adds a copy of the online store to a folder, while it serves.
     *
     * @throws Refusal with {@link FeatureReason#COPIES_ARE_REDIS_OWN} or {@link FeatureReason#MALFORMED_REQUEST}
     */
    public Copy backup(String directory) {
        return copies.backup(folder(directory));
    }

    /**
     * Puts the newest copy in the place of the store; the loops go on from its positions, so that afterwards it is as if it had never been away. Reads wait meanwhile. Entities that were
     * deleted since the copy was taken stay deleted.
     *
     * @throws Refusal as {@link #backup}, {@link FeatureReason#NO_BACKUP}, and {@link FeatureReason#DELETIONS_UNAVAILABLE} while the deletions are not known to their end
     */
    public Copy restore(String directory) {
        Path folder = folder(directory);
        definitions.requireCurrent();
        if (!deletions.isCurrent()) {
            throw new Refusal(
                    FeatureReason.DELETIONS_UNAVAILABLE, "the deletions have not been read from Kafka yet; try again");
        }
        return rebuilds.whileStopped(() -> voids.restore(copies, folder, catalog.all()));
    }

    /**
     * Begins to build a view's state anew, as a job.
     *
     * @param name {@code view} or {@code view@version}
     * @throws Refusal with {@link FeatureReason#VIEW_NOT_FOUND} or {@link FeatureReason#TOO_MANY_JOBS}
     */
    public Job startRebuild(String name) {
        return jobs.start(RebuildJob.KIND, Map.of(RebuildJob.VIEW, resolve(name).toString()));
    }

    private ViewId resolve(String name) {
        Names.require("A feature view", name);
        definitions.requireCurrent();
        return catalog.resolve(name).map(FeatureView::id).orElseThrow(() -> catalog.unknownView(name));
    }

    /**
     * Builds a view's state anew beside the served one, and serves it.
     *
     * @param name {@code view} or {@code view@version}
     * @throws Refusal with {@link FeatureReason#VIEW_NOT_FOUND} or {@link FeatureReason#RECORDS_GONE}
     */
    public void rebuild(String name, RebuildProgress told) {
        rebuilds.rebuild(catalog.find(resolve(name)).orElseThrow(() -> catalog.unknownView(name)), told);
    }

    private static Path folder(String directory) {
        try {
            Path folder = Path.of(directory);
            if (folder.isAbsolute()) {
                return folder.normalize();
            }
        } catch (InvalidPathException e) {
            throw new Refusal(FeatureReason.MALFORMED_REQUEST, "'" + directory + "' is no folder", e);
        }
        throw new Refusal(
                FeatureReason.MALFORMED_REQUEST, "the folder must be given from the root on, was '" + directory + "'");
    }
}
