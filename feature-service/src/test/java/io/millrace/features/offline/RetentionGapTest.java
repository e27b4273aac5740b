package io.millrace.features.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.MemoryDefinitions;
import io.millrace.features.app.RecomputedReads;
import io.millrace.features.app.RecomputedReads.Gap;
import io.millrace.features.app.RecomputedReads.Place;
import io.millrace.features.app.RecomputedReads.Row;
import io.millrace.features.app.RecomputedReads.Why;
import io.millrace.features.app.deletion.Voids;
import io.millrace.features.kernel.FeatureValue;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that are computed again when retention has taken events away: three users in turn have an event each hour from 2026-03-01T10:00 on, days before 2026-03-02 are dropped. */
class RetentionGapTest {
    private static final String LATEST = "activity@v1:last_amount";
    private static final String HOUR = "activity@v1:events_1h";

    @TempDir
    Path directory;

    private ParquetOfflineStore store;
    private Compaction compaction;

    @BeforeEach
    void fill() {
        OfflineFolder folder = new LocalFolder(directory.resolve("root"));
        store = OfflineFixture.store(folder, directory);
        store.append(OfflineFixture.VIEW, OfflineFixture.batch(0, 60));
        compaction = new Compaction(
                store,
                folder,
                OfflineFixture.parquet(directory),
                new Pins(),
                directory.resolve("work"),
                new Compaction.Limits(99, 1 << 20, Duration.ofHours(1)),
                InstantSource.system());
    }

    @Test
    void whereNothingWasTakenAwayYetNothingIsMissing() {
        assertThat(compaction.expire(OfflineFixture.VIEW.id(), LocalDate.parse("2026-03-01")))
                .isZero();

        assertThat(gaps(0, "2026-03-01T23:30:00Z", LATEST, HOUR)).isEmpty();
    }

    @Test
    void rowsWhoseEventsAreAllLeftLackNothing() {
        drop();

        assertThat(gaps(2, "2026-03-02T00:30:00Z", LATEST)).isEmpty();
        assertThat(gaps(0, "2026-03-02T12:00:00Z", LATEST, HOUR)).isEmpty();
    }

    @Test
    void aWindowThatBeginsBeforeWhatIsLeftIsAGap() {
        drop();

        assertThat(gaps(2, "2026-03-02T00:30:00Z", LATEST, HOUR))
                .singleElement()
                .satisfies(gap -> {
                    assertThat(gap.why()).isEqualTo(Why.RETENTION);
                    assertThat(gap.detail()).contains("activity@v1").contains("before 2026-03-02T00:00:00Z");
                });
    }

    @Test
    void anEntityOfWhichNothingIsLeftIsAGap() {
        drop();

        assertThat(gaps(0, "2026-03-02T00:30:00Z", LATEST)).extracting(Gap::why).containsExactly(Why.RETENTION);
    }

    private void drop() {
        assertThat(compaction.expire(OfflineFixture.VIEW.id(), LocalDate.parse("2026-03-02")))
                .isEqualTo(1);
    }

    private List<Gap> gaps(long user, String asOf, String... features) {
        var catalog = new Catalog();
        catalog.put(OfflineFixture.VIEW);
        var reads = new RecomputedReads(
                catalog,
                new MemoryDefinitions(catalog),
                store,
                new EntityEvents(new DuckDb(256 << 20, 1, directory.resolve("spill"))),
                new Voids());
        Map<Place, Long> positions = Map.of(new Place(OfflineFixture.SOURCE.topicId(), 0), 60L);
        var row = new Row(
                Map.of("user_id", new FeatureValue.Int(user)),
                OfflineFixture.micros(asOf),
                Map.of("activity@v1", positions));
        return reads.compute(List.of(features), List.of(row)).gaps();
    }
}
