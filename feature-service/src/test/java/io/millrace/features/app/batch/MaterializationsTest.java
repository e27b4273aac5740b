package io.millrace.features.app.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.features.app.Catalog;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.MemoryDefinitions;
import io.millrace.features.app.PushLog;
import io.millrace.features.app.Views;
import io.millrace.features.app.batch.Materialization.State;
import io.millrace.features.app.deletion.Voids;
import io.millrace.features.domain.PushTarget;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.telemetry.MaterializationMetrics;
import io.millrace.gate.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MaterializationsTest {
    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");
    private static final long FIRST = Instant.parse("2026-03-01T00:00:00Z").getEpochSecond();
    private static final int ROWS = 2_500;

    private final Catalog catalog = new Catalog();
    private final Voids voids = new Voids();
    private final Map<String, Materialization> saved = new LinkedHashMap<>();
    private final List<FeatureEvent> logged = new ArrayList<>();
    private final Set<String> pushIds = new HashSet<>();
    private final List<RejectedRows.Rejected> rejected = new ArrayList<>();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private Instant now = NOW;
    private boolean tableFails;
    private int badEvery = Integer.MAX_VALUE;
    private int dieAfterChunks = Integer.MAX_VALUE;
    private Materializations materializations = make();

    private static String yaml(String name, String features) {
        return """
                kind: FeatureView
                name: %s
                version: v1
                description: what users spent
                owner: shop@example.org
                entity:
                  name: user
                  join_keys: [{name: user_id, type: int64, field: user}]
                source:
                  batch: {path: spend.parquet}
                  timestamp: {field: at, unit: s}
                  created: {field: made, unit: s}
                ttl: 6h
                features: [%s]
                fields: {amount: double}
                """.formatted(name, features);
    }

    private static final FeatureView SPEND = Views.view(yaml("spend", "{name: amount, type: double, field: amount}"));
    private static final FeatureView WINDOWS =
            Views.view(yaml("windows", "{name: n, type: int64, aggregate: count, window: 1h}"));

    @BeforeEach
    void define() {
        catalog.put(SPEND);
        catalog.put(WINDOWS);
    }

    @AfterEach
    void stop() {
        materializations.stop();
    }

    private Materializations make() {
        return new Materializations(
                catalog,
                new MemoryDefinitions(catalog),
                (_, _) -> {
                    if (tableFails) {
                        throw new BatchSourceException("the file is gone", null);
                    }
                    return table();
                },
                log(),
                (ViewId _, String _, List<RejectedRows.Rejected> rows) -> rejected.addAll(rows),
                store(),
                voids,
                new MaterializationMetrics(meters, () -> now),
                () -> now);
    }

    private MaterializationStore store() {
        return new MaterializationStore() {
            @Override
            public void save(Materialization job) {
                if (dieAfterChunks <= 0 && job.state() == State.RUNNING && job.read() > 0) {
                    throw new Died();
                }
                saved.put(job.id(), job);
            }

            @Override
            public List<Materialization> all() {
                return List.copyOf(saved.values());
            }
        };
    }

    /** As if the process had ended: nothing behind it happens. */
    private static final class Died extends Error {}

    private PushLog log() {
        return (view, pushId, to, rows) -> {
            assertThat(to).isEqualTo(PushTarget.ONLINE_AND_OFFLINE);
            dieAfterChunks--;
            if (pushIds.add(pushId)) {
                logged.addAll(rows);
            }
            return CompletableFuture.completedFuture(rows.size());
        };
    }

    /** A row per ten seconds. */
    private BatchTables.Rows table() {
        return new BatchTables.Rows() {
            private int next;

            @Override
            public long expected() {
                return ROWS;
            }

            @Override
            public @Nullable Map<String, @Nullable FeatureValue> next() {
                if (next == ROWS) {
                    return null;
                }
                Map<String, @Nullable FeatureValue> row = new HashMap<>();
                row.put("user", new FeatureValue.Int(next % 5));
                row.put("at", new FeatureValue.Int(FIRST + next * 10L));
                row.put("made", new FeatureValue.Int(FIRST + next));
                row.put(
                        "amount",
                        next % badEvery == badEvery - 1 ? new FeatureValue.Text("much") : new FeatureValue.Int(next));
                next++;
                return row;
            }

            @Override
            public void close() {}
        };
    }

    private Materialization ended(Materialization job) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> materializations.find(job.id()).state() != State.RUNNING);
        return materializations.find(job.id());
    }

    private List<Double> amounts() {
        return logged.stream()
                .map(event -> ((FeatureValue.Real) event.fields().getFirst()).value())
                .toList();
    }

    @Test
    void theWholeTableGoesToTheLogOnceWithTimesOfCreation() {
        Materialization done = ended(materializations.start("spend", TimeRange.ALL));

        assertThat(done.state()).isEqualTo(State.DONE);
        assertThat(done.read()).isEqualTo(ROWS);
        assertThat(done.written()).isEqualTo(ROWS);
        assertThat(done.expected()).isEqualTo(ROWS);
        assertThat(amounts()).hasSize(ROWS).doesNotHaveDuplicates();
        assertThat(logged.get(1).createdMicros()).isEqualTo((FIRST + 1) * 1_000_000);
        assertThat(logged.get(1).timeMicros()).isEqualTo((FIRST + 10) * 1_000_000);
    }

    @Test
    void bothEndsOfARangeAreInclusive() {
        Materialization done = ended(
                materializations.start("spend", new TimeRange((FIRST + 100) * 1_000_000, (FIRST + 200) * 1_000_000)));

        assertThat(done.written()).isEqualTo(11);
        assertThat(done.passedOver()).isEqualTo(ROWS - 11);
    }

    @Test
    void incrementalBeginsAtTheTtlAndThenBehindTheLastEnd() {
        long end = (FIRST + 20_000) * 1_000_000;
        Materialization first = ended(materializations.startIncremental("windows", Long.MAX_VALUE));
        assertThat(first.range().fromMicros()).isEqualTo((NOW.getEpochSecond() - 6 * 3_600) * 1_000_000);
        assertThat(first.written()).isZero();

        ended(materializations.start("spend", new TimeRange(Long.MIN_VALUE, end)));
        Materialization second = ended(materializations.startIncremental("spend", Long.MAX_VALUE));
        assertThat(second.range().fromMicros()).isEqualTo(end + 1);
        assertThat(amounts()).hasSize(ROWS).doesNotHaveDuplicates();
    }

    @Test
    void afterADeathBetweenTheLogAndTheCheckpointEachRowIsThereOnce() {
        dieAfterChunks = 2;
        Materialization job = materializations.start("spend", TimeRange.ALL);
        await().dontCatchUncaughtExceptions().atMost(Duration.ofSeconds(20)).until(() -> dieAfterChunks <= 0);
        materializations.stop();
        assertThat(logged).hasSize(2_000);

        dieAfterChunks = Integer.MAX_VALUE;
        materializations = make();
        materializations.resume();
        assertThat(ended(job).written()).isEqualTo(ROWS);
        assertThat(amounts()).hasSize(ROWS).doesNotHaveDuplicates();
    }

    @Test
    void badRowsAreCountedAndWrittenBeside() {
        badEvery = 500;
        Materialization done = ended(materializations.start("spend", TimeRange.ALL));

        assertThat(done.state()).isEqualTo(State.DONE);
        assertThat(done.rejected()).isEqualTo(5);
        assertThat(rejected.stream().map(RejectedRows.Rejected::number))
                .containsExactly(499L, 999L, 1499L, 1999L, 2499L);
        assertThat(rejected.getFirst().reason()).contains("amount");
        assertThat(logged).hasSize(ROWS - 5);
    }

    private double meter(String name, String... tags) {
        return meters.get(name).tags(tags).meter().measure().iterator().next().getValue();
    }

    @Test
    void rowsRunsAndFailuresAreMeasured() {
        assertThat(meter(MaterializationMetrics.ENDED, "state", "failed")).isZero();
        badEvery = 500;
        ended(materializations.start("spend", new TimeRange(FIRST * 1_000_000, (FIRST + 9_990) * 1_000_000)));

        await().untilAsserted(() ->
                assertThat(meter(MaterializationMetrics.ENDED, "state", "done")).isEqualTo(1));
        assertThat(meter(MaterializationMetrics.ROWS, "outcome", "written")).isEqualTo(998);
        assertThat(meter(MaterializationMetrics.ROWS, "outcome", "rejected")).isEqualTo(5);
        assertThat(meter(MaterializationMetrics.ROWS, "outcome", "passed_over")).isEqualTo(ROWS - 1_003);
        assertThat(meter(MaterializationMetrics.RUNNING)).isZero();

        tableFails = true;
        assertThat(ended(materializations.start("windows", TimeRange.ALL)).state())
                .isEqualTo(State.FAILED);
        await().untilAsserted(() -> assertThat(meter(MaterializationMetrics.ENDED, "state", "failed"))
                .isEqualTo(1));
    }

    @Test
    void theAgeOfTheLastSuccessOutlivesTheProcess() {
        ended(materializations.start("spend", TimeRange.ALL));
        materializations.stop();
        meters.clear();
        now = NOW.plusSeconds(90);

        materializations = make();
        assertThat(meter(MaterializationMetrics.SUCCESS_AGE, "view", "spend@v1"))
                .isEqualTo(90);
    }

    @Test
    void whatIsNotRightIsRefused() {
        long future = (NOW.getEpochSecond() + 1) * 1_000_000;
        assertThatThrownBy(() -> materializations.start("spend", new TimeRange(0, future)))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(FeatureReason.WRONG_RANGE));
        assertThatThrownBy(() -> materializations.start("nothing", TimeRange.ALL))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(FeatureReason.VIEW_NOT_FOUND));
        catalog.put(Views.view(Views.profile("profile")));
        assertThatThrownBy(() -> materializations.start("profile", TimeRange.ALL))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(FeatureReason.NO_BATCH_SOURCE));
    }

    @Test
    void rowsThatWindowsWouldCountTwiceAreRefused() {
        ended(materializations.start("windows", new TimeRange(Long.MIN_VALUE, FIRST * 1_000_000)));

        assertThatThrownBy(() -> materializations.start("windows", TimeRange.ALL))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(FeatureReason.WRONG_RANGE));
        assertThat(ended(materializations.start("windows", new TimeRange(FIRST * 1_000_000 + 1, Long.MAX_VALUE)))
                        .written())
                .isEqualTo(ROWS - 1);
    }
}
