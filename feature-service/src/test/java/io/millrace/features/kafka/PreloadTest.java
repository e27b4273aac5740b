package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.HistoryStore;
import io.millrace.features.app.Rebuilds.RebuildProgress;
import io.millrace.features.app.Views;
import io.millrace.features.app.offline.OfflineBatch;
import io.millrace.features.app.offline.OfflineBatch.Span;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.offline.TestOfflineStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An empty state, and an offline store of real files. */
class PreloadTest {
    private static final SourcePartition SOURCE = new SourcePartition("clicks", "AAAAAAAAAAAAAAAAAAAAAA", 0);
    private static final long START = Instant.parse("2026-03-01T10:00:00Z").getEpochSecond() * 1_000_000;
    private static final long HOUR = 3_600_000_000L;
    private static final int ROWS = 1_200;

    private final FeatureView view = Views.view(Views.activity("activity", "v1", "clicks"));
    private final HistoryStore state = new HistoryStore();
    private final List<String> told = new ArrayList<>();
    private boolean endsAfterTheFirstBatch;
    private boolean cancelled;
    private OfflineStore offline;

    private final RebuildProgress progress = new RebuildProgress() {
        @Override
        public void phase(String name) {}

        @Override
        public void progress(long done, long expected) {
            told.add(done + " of " + expected);
            cancelled = endsAfterTheFirstBatch;
        }

        @Override
        public void checkCancelled() {
            if (cancelled) {
                throw new CancellationException();
            }
        }
    };

    @BeforeEach
    void open(@TempDir Path directory) {
        offline = TestOfflineStore.of(directory);
    }

    private static OfflineRow row(long offset, boolean late) {
        var event = new FeatureEvent(
                new EntityKey(List.of(new FeatureValue.Int(offset % 7))),
                START + offset % 50 * HOUR,
                new Position(SOURCE, offset),
                Arrays.asList(new FeatureValue.Real(offset), new FeatureValue.Text("click")));
        return new OfflineRow(event, event.timeMicros() + 5, late);
    }

    /** Two batches, of days that overlap; every hundredth row is late, and dead letters left gaps up to offset 2,000. */
    private List<FeatureEvent> kept() {
        var events = new ArrayList<FeatureEvent>();
        for (int half = 0; half < 2; half++) {
            var rows = new ArrayList<OfflineRow>();
            for (int i = half * ROWS / 2; i < (half + 1) * ROWS / 2; i++) {
                rows.add(row(i, i % 100 == 99));
                if (i % 100 != 99) {
                    events.add(rows.getLast().event());
                }
            }
            long from = half == 0 ? OfflineBatch.NEW : ROWS / 2;
            offline.append(
                    view,
                    new OfflineBatch(
                            rows, Map.of(SOURCE, new Span(from, half == 0 ? ROWS / 2 : 2_000, START + 50 * HOUR))));
        }
        return events;
    }

    @Test
    void everyRowThatIsNotLateIsThereAndKafkaIsReadFromTheOfflineStoresPositions() {
        List<FeatureEvent> events = kept();

        long done = new Preload(offline).fill(state, view, progress);

        assertThat(done).isEqualTo(events.size());
        assertThat(state.applied()).containsExactlyInAnyOrderElementsOf(events);
        assertThat(state.positions(view.id())).containsExactly(Map.entry(SOURCE, 2_000L));
        assertThat(told.getLast()).isEqualTo(events.size() + " of " + ROWS);
    }

    @Test
    void anEmptyStateFillsItselfWhenItsPositionsAreAskedForAndAFullOneDoesNot() {
        List<FeatureEvent> events = kept();
        var filled = new Preload(offline).before(state, view);

        assertThat(filled.positions(view.id())).containsExactly(Map.entry(SOURCE, 2_000L));
        assertThat(filled.positions(view.id())).containsExactly(Map.entry(SOURCE, 2_000L));
        assertThat(state.applied()).hasSameSizeAs(events);
    }

    @Test
    void whatIsEndedHalfWayHasNoPositionAndBeginsAgain() {
        List<FeatureEvent> events = kept();
        endsAfterTheFirstBatch = true;
        assertThatThrownBy(() -> new Preload(offline).fill(state, view, progress))
                .isInstanceOf(CancellationException.class);
        assertThat(state.applied()).hasSizeBetween(1, events.size() - 1);
        assertThat(state.positions(view.id())).isEmpty();

        endsAfterTheFirstBatch = false;
        cancelled = false;
        assertThat(new Preload(offline).fill(state, view, progress)).isEqualTo(events.size());
    }

    @Test
    void anOfflineStoreThatHasNothingLeavesTheStateToKafka() {
        assertThat(new Preload(offline).fill(state, view, progress)).isZero();
        assertThat(new Preload(offline).before(state, view).positions(view.id()))
                .isEmpty();
    }

    @Test
    void aPushedViewIsNeverFilledFromTheOfflineStore() {
        FeatureView pushed = Views.view(Views.profile("profile"));
        var event = new FeatureEvent(
                new EntityKey(List.of(new FeatureValue.Int(1))),
                START,
                new Position(SOURCE, 0),
                Arrays.asList(new FeatureValue.Int(30), new FeatureValue.Text("Oslo")));
        offline.append(
                pushed,
                new OfflineBatch(
                        List.of(new OfflineRow(event, START, false)),
                        Map.of(SOURCE, new Span(OfflineBatch.NEW, 1, START))));
        var preload = new Preload(offline);

        assertThat(preload.positions(pushed)).isEmpty();
        assertThat(preload.fill(state, pushed, progress)).isZero();
        assertThat(state.applied()).isEmpty();
    }
}
