package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.HOUR;
import static io.millrace.features.store.StoreEvents.MINUTE;
import static io.millrace.features.store.StoreEvents.NOON;
import static io.millrace.features.store.StoreEvents.P0;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bytes on disk for an entity and feature: {@code mvn -pl feature-service test -Dtest=StoreSizeBenchmark}. The floor is what the values alone take: 8 bytes for a number.
 */
class StoreSizeBenchmark {
    private static final int ENTITIES = Integer.getInteger("entities", 20_000);
    private static final int EVENTS = 10;

    @TempDir
    Path folder;

    @Test
    void bytesOnDisk() {
        measure("one plain feature", StoreEvents.PLAIN, 1);
        measure("ten plain features of one field", StoreEvents.view("ten", plain(10)), 1);
        measure("eight features, windows from 1 minute to 13 days", StoreEvents.VIEW, EVENTS);
    }

    private static String plain(int features) {
        var yaml = new StringBuilder("features:\n");
        for (int i = 0; i < features; i++) {
            yaml.append("  - {name: f").append(i).append(", type: double, field: x}\n");
        }
        return yaml.toString();
    }

    private void measure(String what, FeatureView view, int each) {
        try (RocksDbOnlineStore store =
                StoreEvents.rocks(folder.resolve(view.id().name()), RocksDbSettings.DEFAULT)) {
            long offset = 0;
            long began = System.nanoTime();
            for (int event = 0; event < each; event++) {
                var batch = new ArrayList<FeatureEvent>(2_000);
                for (int entity = 0; entity < ENTITIES; entity++) {
                    long time = NOON + event * 20 * MINUTE + entity % HOUR;
                    batch.add(StoreEvents.event("entity-" + entity, time, P0, offset++, entity / 3.0));
                    if (batch.size() == 2_000 || entity == ENTITIES - 1) {
                        store.apply(view, new Batch(List.copyOf(batch), Map.of(P0, offset)));
                        batch.clear();
                    }
                }
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            long bytes = store.access().use(files -> {
                files.db().compactRange(files.rows());
                return files.fileBytes();
            });
            int features = view.features().size();
            System.out.printf(
                    "%s, %d entities with %d events: %d bytes in files, %.1f for an entity, %.1f for an entity and feature (values alone: 8.0); %.0f events/s applied%n",
                    what,
                    ENTITIES,
                    each,
                    bytes,
                    1.0 * bytes / ENTITIES,
                    1.0 * bytes / ENTITIES / features,
                    offset / seconds);
            assertThat(bytes).isPositive();
        }
    }
}
