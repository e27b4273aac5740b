package io.millrace.features.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.ViewQuery;
import io.millrace.features.app.offline.OfflineBatch;
import io.millrace.features.app.offline.OfflineBatch.Span;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.parity.ParityCheck;
import io.millrace.features.app.parity.ParityMeter;
import io.millrace.features.app.parity.ParityReport;
import io.millrace.features.app.parity.ParityReport.Why;
import io.millrace.features.app.parity.ParitySampler;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.store.TestOnlineStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is served by RocksDB, compared with what lies in Parquet files. */
class ParityCheckTest {
    private static final ParityMeter NOBODY = new ParityMeter() {
        @Override
        public void compared(String view, String feature, boolean same) {}

        @Override
        public void dropped() {}
    };

    /** A sampler, files and the comparison of both for one view. */
    private static final class Running {
        final Path folder;
        final OfflineStore offline;
        final ParitySampler sampler = new ParitySampler(1, 1_000, NOBODY);
        final ParityCheck check;

        Running(Path folder, Drawn drawn) {
            this.folder = folder;
            this.offline = TestOfflineStore.of(folder);
            var catalog = new Catalog();
            catalog.put(drawn.view);
            this.check = new ParityCheck(
                    sampler,
                    catalog,
                    offline,
                    new EntityEvents(new DuckDb(256 << 20, 1, folder.resolve("spill"))),
                    NOBODY,
                    () -> Instant.ofEpochSecond(Drawn.START / 1_000_000),
                    new ParityCheck.Bounds(1_000, Duration.ofHours(1), 50));
        }
    }

    @TempDir
    Path directory;

    private int number;

    /** Serves some reads from these events, stores those, and reports the comparison. */
    private ParityReport report(
            Drawn drawn, UnaryOperator<List<FeatureEvent>> served, UnaryOperator<List<OfflineRow>> stored) {
        var running = new Running(directory.resolve("p" + number++), drawn);
        OfflineBatch batch = drawn.batch();
        running.offline.append(drawn.view, new OfflineBatch(stored.apply(drawn.rows), batch.spans()));
        try (OnlineStore online = TestOnlineStore.rocksDb(running.folder.resolve("online"))) {
            online.apply(drawn.view, new Batch(served.apply(drawn.counted()), drawn.next()));
            int[] all = IntStream.range(0, drawn.view.features().size()).toArray();
            for (int i = 0; i < 20; i++) {
                var query = new ViewQuery(
                        drawn.view, all, Arrays.asList(Drawn.entity(drawn.anyEntity())), new long[] {drawn.anyInstant()
                        });
                running.sampler.look(List.of(query), online.read(List.of(query)), Drawn.START);
            }
        }
        running.check.round();
        return running.check.report();
    }

    @Test
    void whatIsServedIsWhatTheFilesSay() {
        qt().withExamples(10)
                .withShrinkCycles(5)
                .forAll(longs().all(), integers().between(1, 60))
                .checkAssert((seed, events) -> {
                    ParityReport report =
                            report(new Drawn(seed, events), UnaryOperator.identity(), UnaryOperator.identity());

                    assertThat(report.worst()).isEmpty();
                    assertThat(report.waiting()).isZero();
                    assertThat(report.features()).isNotEmpty().allSatisfy(feature -> {
                        assertThat(feature.compared()).isEqualTo(20);
                        assertThat(feature.ratio()).isZero();
                    });
                });
    }

    @Test
    void anEventThatIsMissingInTheFilesIsFound() {
        var drawn = new Drawn(1, 1);
        OfflineRow only = drawn.rows.getFirst();
        drawn.rows.set(0, new OfflineRow(only.event(), only.arrivedMicros(), false));

        ParityReport report = report(drawn, UnaryOperator.identity(), _ -> List.of());

        assertThat(report.worst()).isNotEmpty().allSatisfy(worst -> assertThat(worst.why())
                .isEqualTo(Why.MISSING_OFFLINE));
        assertThat(report.features().getFirst().ratio()).isPositive();
    }

    @Test
    void aStoredFileThatWasTamperedWithIsFoundAndTheDifferenceIsShown() {
        var drawn = new Drawn(1, 1);
        OfflineRow only = drawn.rows.getFirst();
        drawn.rows.set(0, new OfflineRow(only.event(), only.arrivedMicros(), false));

        ParityReport report = report(drawn, UnaryOperator.identity(), rows -> rows.stream()
                .map(row -> {
                    var fields = new ArrayList<>(row.event().fields());
                    for (int i = 0; i < fields.size(); i++) {
                        if (drawn.view.fields().get(i).name().equals("x")) {
                            fields.set(i, new FeatureValue.Real(4711.0));
                        }
                    }
                    FeatureEvent event = row.event();
                    return new OfflineRow(
                            new FeatureEvent(
                                    event.key(), event.timeMicros(), event.createdMicros(), event.position(), fields),
                            row.arrivedMicros(),
                            false);
                })
                .toList());

        assertThat(report.worst()).isNotEmpty().allSatisfy(worst -> {
            assertThat(worst.why()).isEqualTo(Why.VALUE);
            assertThat(worst.differences()).anySatisfy(difference -> {
                assertThat(difference.feature()).isEqualTo("last_x");
                assertThat(difference.offline()).isEqualTo(new FeatureValue.Real(4711.0));
            });
        });
    }

    @Test
    void anEventThatCameTooLateAndIsServedAllTheSameIsNamed() {
        var drawn = new Drawn(1, 1);
        OfflineRow only = drawn.rows.getFirst();
        drawn.rows.set(0, new OfflineRow(only.event(), only.arrivedMicros(), true));

        ParityReport report = report(drawn, _ -> List.of(only.event()), UnaryOperator.identity());

        assertThat(report.worst()).isNotEmpty().allSatisfy(worst -> {
            assertThat(worst.why()).isEqualTo(Why.LATE);
            assertThat(worst.explanation()).contains("AAAA/");
        });
    }

    @Test
    void aSampleWaitsUntilTheFilesHaveComeToItsPositions() {
        var drawn = new Drawn(1, 5);
        var running = new Running(directory.resolve("late"), drawn);
        try (OnlineStore online = TestOnlineStore.rocksDb(running.folder.resolve("online"))) {
            online.apply(drawn.view, new Batch(drawn.counted(), drawn.next()));
            var query = new ViewQuery(
                    drawn.view, new int[] {0}, Arrays.asList(Drawn.entity("007")), new long[] {Drawn.START});
            running.sampler.look(List.of(query), online.read(List.of(query)), Drawn.START);
            running.sampler.look(List.of(query), online.read(List.of(query)), Drawn.START - 7_200_000_000L);
        }

        running.check.round();
        assertThat(running.check.report().waiting()).isEqualTo(1);
        assertThat(running.check.report().dropped()).isEqualTo(1);
        assertThat(running.check.report().features()).isEmpty();

        Map<SourcePartition, Span> spans = drawn.batch().spans();
        running.offline.append(drawn.view, new OfflineBatch(drawn.rows, spans));
        running.check.round();
        assertThat(running.check.report().waiting()).isZero();
        assertThat(running.check.report().features())
                .allSatisfy(feature -> assertThat(feature.mismatched()).isZero());
        assertThat(running.check.report().features()).isNotEmpty();
    }
}
