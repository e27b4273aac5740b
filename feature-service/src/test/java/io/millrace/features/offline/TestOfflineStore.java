package io.millrace.features.offline;

import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.kernel.FeatureView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Offline stores for the tests of other rooms. */
public final class TestOfflineStore {
    private TestOfflineStore() {}

    /** The store of a folder. */
    public static OfflineStore of(Path directory) {
        return OfflineFixture.store(new LocalFolder(directory.resolve("root")), directory);
    }

    /** The store that a service has in a folder, read by the test; what it needs to work goes elsewhere. */
    public static OfflineStore of(Path files, Path work) {
        return OfflineFixture.store(new LocalFolder(files), work);
    }

    /** The store of a folder whose changes fail, before or after they were made, whenever this says so. */
    public static OfflineStore faulty(Path directory, BooleanSupplier fails) {
        return OfflineFixture.store(new FaultyFolder(new LocalFolder(directory.resolve("root")), fails), directory);
    }

    /** Every row that is there. */
    public static List<OfflineRow> rows(OfflineStore store, FeatureView view) {
        var rows = new ArrayList<OfflineRow>();
        try (OfflineSnapshot snapshot = store.snapshot(view.id())) {
            store.read(view, snapshot, snapshot.paths(), rows::add);
        }
        return rows;
    }
}
