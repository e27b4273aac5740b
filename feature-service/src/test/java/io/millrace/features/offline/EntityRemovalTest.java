package io.millrace.features.offline;

import static io.millrace.features.offline.OfflineFixture.SOURCE;
import static io.millrace.features.offline.OfflineFixture.VIEW;
import static io.millrace.features.offline.OfflineFixture.batch;
import static io.millrace.features.offline.OfflineFixture.offsets;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.SourcePartition;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EntityRemovalTest {
    @TempDir
    Path directory;

    @Test
    void theRowsOfTheEntityBelowTheOffsetsGoAndAllOthersStay() {
        var folder = new LocalFolder(directory.resolve("root"));
        ParquetOfflineStore store = OfflineFixture.store(folder, directory);
        ParquetFiles parquet = OfflineFixture.parquet(directory);
        var compaction = new Compaction(
                store,
                folder,
                parquet,
                new Pins(),
                directory.resolve("work"),
                new Compaction.Limits(99, 1 << 20, Duration.ofHours(1)),
                InstantSource.system());
        var removal = new EntityRemoval(store, folder, parquet, compaction);
        store.append(VIEW, batch(0, 30));
        store.append(VIEW, batch(30, 60));
        var key = new EntityKey(List.of(new FeatureValue.Int(1)));

        assertThat(removal.remove(VIEW, key, Map.of(SOURCE, 40L))).isEqualTo(13);
        assertThat(removal.remove(VIEW, key, Map.of(SOURCE, 40L))).isZero();
        assertThat(removal.remove(VIEW, key, Map.of(new SourcePartition("t", "other", 0), 40L)))
                .isZero();

        assertThat(offsets(store))
                .isEqualTo(LongStream.range(0, 60)
                        .filter(offset -> offset % 3 != 1 || offset >= 40)
                        .boxed()
                        .toList());
        assertThat(store.reached(VIEW.id()).get(SOURCE)).isNotNull();
    }
}
