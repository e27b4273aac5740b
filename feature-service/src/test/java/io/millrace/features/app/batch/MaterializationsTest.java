package io.millrace.features.app.batch;

import static io.millrace.features.app.batch.SpendTable.FIRST;
import static io.millrace.features.app.batch.SpendTable.ROWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.features.app.Catalog;
import io.millrace.features.app.EventTimeBound;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.MemoryDefinitions;
import io.millrace.features.app.PushLog;
import io.millrace.features.app.Views;
import io.millrace.features.app.deletion.Voids;
import io.millrace.features.domain.PushTarget;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.telemetry.MaterializationMetrics;
import io.millrace.gate.Refusal;
import io.millrace.jobs.Job;
import io.millrace.jobs.JobLimits;
import io.millrace.jobs.JobMeter;
import io.millrace.jobs.JobReasons;
import io.millrace.jobs.JobStore;
import io.millrace.jobs.Jobs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MaterializationsTest {
    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");

    private final Catalog catalog = new Catalog();
    private final Voids voids = new Voids();
    private final Map<String, Job> saved = new ConcurrentHashMap<>();
    private final List<FeatureEvent> logged = new CopyOnWriteArrayList<>();
    private final Set<String> pushIds = new HashSet<>();
    private final List<RejectedRows.Rejected> rejected = new ArrayList<>();
    private int badEvery = Integer.MAX_VALUE;
    private final AtomicInteger deaths = new AtomicInteger();
    private volatile int dieAfterChunks = Integer.MAX_VALUE;
    private volatile CountDownLatch hold = new CountDownLatch(0);
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private volatile boolean tableFails;
    private volatile Instant now = NOW;
    private Jobs jobs = jobs();
    private Materializations materializations = make();

    @BeforeEach
    void define() {
        catalog.put(SpendTable.SPEND);
        catalog.put(SpendTable.WINDOWS);
    }

    @AfterEach
    void stop() {
        jobs.close();
    }

    private Jobs jobs() {
        var handler = new MaterializationJob(
                catalog,
                new MemoryDefinitions(catalog),
                (_, _) -> {
                    if (tableFails) {
                        throw new BatchSourceException("the file is gone", null);
                    }
                    return new SpendTable(badEvery);
                },
                log(),
                (ViewId _, String _, List<RejectedRows.Rejected> rows) -> rejected.addAll(rows),
                voids,
                new MaterializationMetrics(meters, () -> now));
        return new Jobs(
                () -> Stream.of(handler),
                store(),
                new JobLimits(1, 10, 1, Duration.ofDays(1)),
                new JobReasons(
                        FeatureReason.TOO_MANY_JOBS, FeatureReason.JOB_NOT_FOUND, FeatureReason.MALFORMED_REQUEST),
                () -> now,
                JobMeter.NONE);
    }

    private Materializations make() {
        return new Materializations(
                catalog, new MemoryDefinitions(catalog), jobs, new EventTimeBound(Duration.ofSeconds(1)), () -> now);
    }

    private Materialization start(String view, TimeRange range) {
        return materializations.start(List.of(view), new Span.Within(range)).getFirst();
    }

    private Materialization startIncremental(String view, long to) {
        return materializations
                .start(List.of(view), new Span.SinceLastEnd(to, Optional.empty()))
                .getFirst();
    }

    private JobStore store() {
        return new JobStore() {
            @Override
            public void save(Job job) {
                if (dieAfterChunks <= 0) {
                    deaths.incrementAndGet();
                    throw new Died();
                }
                saved.put(job.id(), job);
            }

            @Override
            public void delete(String id) {
                saved.remove(id);
            }

            @Override
            public List<Job> all() {
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
            awaitHold();
            return CompletableFuture.completedFuture(rows.size());
        };
    }

    private void awaitHold() {
        try {
            assertThat(hold.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Materialization ended(Materialization job) {
        return materializations.ended(job.id()).orTimeout(20, TimeUnit.SECONDS).join();
    }

    private List<Double> amounts() {
        return logged.stream()
                .map(event -> ((FeatureValue.Real) event.fields().getFirst()).value())
                .toList();
    }

    @Test
    void theWholeTableGoesToTheLogOnceWithTimesOfCreation() {
        Materialization done = ended(start("spend", TimeRange.ALL));

        assertThat(done.job().state()).isEqualTo(Job.State.DONE);
        assertThat(done.counts().read()).isEqualTo(ROWS);
        assertThat(done.counts().written()).isEqualTo(ROWS);
        assertThat(done.job().expected()).isEqualTo(ROWS);
        assertThat(amounts()).hasSize(ROWS).doesNotHaveDuplicates();
        assertThat(logged.get(1).createdMicros()).isEqualTo((FIRST + 1) * 1_000_000);
        assertThat(logged.get(1).timeMicros()).isEqualTo((FIRST + 10) * 1_000_000);
    }

    @Test
    void bothEndsOfARangeAreInclusive() {
        Materialization done =
                ended(start("spend", new TimeRange((FIRST + 100) * 1_000_000, (FIRST + 200) * 1_000_000)));

        assertThat(done.counts().written()).isEqualTo(11);
        assertThat(done.counts().passedOver()).isEqualTo(ROWS - 11);
    }

    @Test
    void incrementalBeginsAtTheTtlAndThenBehindTheLastEnd() {
        long end = (FIRST + 20_000) * 1_000_000;
        Materialization first = ended(startIncremental("windows", Long.MAX_VALUE));
        assertThat(first.range().fromMicros()).isEqualTo((NOW.getEpochSecond() - 6 * 3_600) * 1_000_000);
        assertThat(first.counts().written()).isZero();

        ended(start("spend", new TimeRange(Long.MIN_VALUE, end)));
        Materialization second = ended(startIncremental("spend", Long.MAX_VALUE));
        assertThat(second.range().fromMicros()).isEqualTo(end + 1);
        assertThat(amounts()).hasSize(ROWS).doesNotHaveDuplicates();
    }

    @Test
    void afterADeathBetweenTheLogAndTheCheckpointEachRowIsThereOnce() {
        dieAfterChunks = 2;
        Materialization job = start("spend", TimeRange.ALL);
        await().dontCatchUncaughtExceptions().atMost(Duration.ofSeconds(20)).until(() -> deaths.get() == 2);
        assertThat(logged).hasSize(20_000);

        dieAfterChunks = Integer.MAX_VALUE;
        jobs = jobs();
        jobs.takeUp();
        materializations = make();
        Materialization done = ended(job);
        assertThat(done.counts().written()).isEqualTo(ROWS);
        assertThat(done.job().runs()).isEqualTo(2);
        assertThat(amounts()).hasSize(ROWS).doesNotHaveDuplicates();
    }

    @Test
    void badRowsAreCountedAndWrittenBeside() {
        badEvery = 500;
        Materialization done = ended(start("spend", TimeRange.ALL));

        assertThat(done.job().state()).isEqualTo(Job.State.DONE);
        assertThat(done.counts().rejected()).isEqualTo(50);
        assertThat(rejected.stream().map(RejectedRows.Rejected::number).limit(5))
                .containsExactly(499L, 999L, 1499L, 1999L, 2499L);
        assertThat(rejected.getFirst().reason()).contains("amount");
        assertThat(done.firstRejected())
                .isEqualTo("row 499: " + rejected.getFirst().reason());
        assertThat(logged).hasSize(ROWS - 50);
    }

    private double meter(String name, String... tags) {
        return meters.get(name).tags(tags).meter().measure().iterator().next().getValue();
    }

    @Test
    void rowsRunsAndFailuresAreMeasured() {
        assertThat(meter(MaterializationMetrics.ENDED, "state", "failed")).isZero();
        badEvery = 500;
        ended(start("spend", new TimeRange(FIRST * 1_000_000, (FIRST + 9_990) * 1_000_000)));

        await().untilAsserted(() ->
                assertThat(meter(MaterializationMetrics.ENDED, "state", "done")).isEqualTo(1));
        assertThat(meter(MaterializationMetrics.ROWS, "outcome", "written")).isEqualTo(998);
        assertThat(meter(MaterializationMetrics.ROWS, "outcome", "rejected")).isEqualTo(50);
        assertThat(meter(MaterializationMetrics.ROWS, "outcome", "passed_over")).isEqualTo(ROWS - 1_048);
        assertThat(meter(MaterializationMetrics.RUNNING)).isZero();

        tableFails = true;
        Materialization failed = ended(start("windows", TimeRange.ALL));
        assertThat(failed.job().state()).isEqualTo(Job.State.FAILED);
        assertThat(failed.job().message()).isEqualTo("the file is gone");
        await().untilAsserted(() -> assertThat(meter(MaterializationMetrics.ENDED, "state", "failed"))
                .isEqualTo(1));
    }

    @Test
    void theAgeOfTheLastSuccessOutlivesTheProcess() {
        ended(start("spend", TimeRange.ALL));
        jobs.close();
        meters.clear();
        now = NOW.plusSeconds(90);

        jobs = jobs();
        jobs.takeUp();
        assertThat(meter(MaterializationMetrics.SUCCESS_AGE, "view", "spend@v1"))
                .isEqualTo(90);
        assertThat(meter(MaterializationMetrics.ENDED, "state", "done")).isZero();
    }

    @Test
    void whatIsNotRightIsRefused() {
        long future = (NOW.getEpochSecond() + 2) * 1_000_000;
        assertThatThrownBy(() -> start("spend", new TimeRange(0, future)))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(FeatureReason.WRONG_RANGE));
        assertThatThrownBy(() -> start("nothing", TimeRange.ALL))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(FeatureReason.VIEW_NOT_FOUND));
        catalog.put(Views.view(Views.profile("profile")));
        assertThatThrownBy(() -> start("profile", TimeRange.ALL))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(FeatureReason.NO_BATCH_SOURCE));
    }

    @Test
    void rowsThatWindowsWouldCountTwiceAreRefused() {
        ended(start("windows", new TimeRange(Long.MIN_VALUE, FIRST * 1_000_000)));

        assertThatThrownBy(() -> start("windows", TimeRange.ALL))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(FeatureReason.WRONG_RANGE));
        assertThat(ended(start("windows", new TimeRange(FIRST * 1_000_000 + 1, Long.MAX_VALUE)))
                        .counts()
                        .written())
                .isEqualTo(ROWS - 1);
    }

    @Test
    void anIncrementalOneThatFindsNothingNewIsTheOneThatGotThere() {
        Materialization first = ended(startIncremental("spend", NOW.getEpochSecond() * 1_000_000));

        assertThat(startIncremental("spend", Long.MAX_VALUE).id()).isEqualTo(first.id());
        assertThat(startIncremental("spend", (NOW.getEpochSecond() - 60) * 1_000_000)
                        .id())
                .isEqualTo(first.id());
        now = NOW.plusSeconds(1);
        assertThat(startIncremental("spend", Long.MAX_VALUE).id()).isNotEqualTo(first.id());
    }

    @Test
    void ofSeveralViewsNoneBeginsWhereOneIsRefused() {
        assertThatThrownBy(() -> materializations.start(List.of("spend", "nothing"), new Span.Within(TimeRange.ALL)))
                .isInstanceOf(Refusal.class);
        assertThat(materializations.list()).isEmpty();

        List<Materialization> both =
                materializations.start(List.of("spend", "windows"), new Span.Within(TimeRange.ALL));
        assertThat(both)
                .allSatisfy(job -> assertThat(ended(job).counts().written()).isEqualTo(ROWS));
    }

    @Test
    void whatLaterOnesGoByIsNeverForgotten() {
        Materialization windows = ended(start("windows", TimeRange.ALL));
        Materialization older = ended(start("spend", new TimeRange(0, FIRST * 1_000_000)));
        Materialization newest = ended(start("spend", TimeRange.ALL));

        now = NOW.plus(Duration.ofDays(400));
        Materialization next = ended(startIncremental("spend", Long.MAX_VALUE));

        assertThat(next.range().fromMicros()).isEqualTo(newest.range().toMicros() + 1);
        assertThat(saved).containsKeys(windows.id(), newest.id()).doesNotContainKey(older.id());
        assertThatThrownBy(() -> start("windows", TimeRange.ALL)).hasMessageContaining("twice");
    }

    @Test
    void aCancelledOneKeepsWhatItWrote() {
        hold = new CountDownLatch(1);
        Materialization job = start("spend", TimeRange.ALL);
        await().atMost(Duration.ofSeconds(20)).until(() -> !logged.isEmpty());
        materializations.cancel(job.id());
        hold.countDown();

        Materialization ended = ended(job);
        assertThat(ended.job().state()).isEqualTo(Job.State.CANCELLED);
        assertThat(ended.counts().written()).isEqualTo(logged.size()).isEqualTo(10_000);
    }
}
