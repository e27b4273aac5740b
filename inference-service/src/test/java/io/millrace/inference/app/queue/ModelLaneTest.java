package io.millrace.inference.app.queue;

import static io.millrace.inference.app.queue.FakeModel.isOf;
import static io.millrace.inference.app.queue.FakeModel.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.inference.app.Caller;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ModelTally.Failure;
import io.millrace.inference.domain.ModelServing.AnswerCaching;
import io.millrace.inference.domain.ModelServing.Batching;
import io.millrace.inference.domain.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ModelLaneTest {
    /** What a machine that does other things may be late by. */
    private static final long LATE_MILLIS = 100;

    @Test
    void aCallThatFindsTheModelFreeRunsOnItsOwnThread() {
        FakeModel model = FakeModel.taking(Duration.ZERO);
        try (var kit = new LaneKit(model, LaneKit.settings(10))) {
            assertThat(isOf(kit.infer(rows(2, 1, 2)), 2, 1, 2)).isTrue();
            assertThat(model.threads).containsExactly(Thread.currentThread());
            assertThat(kit.tally.success().count()).isEqualTo(1);
            assertThat(kit.tally.runs()).isEqualTo(1);
            assertThat(kit.tally.rows()).isEqualTo(2);
            assertThat(kit.tally.queue().count()).isEqualTo(1);
        }
    }

    @Test
    void whoMustNotWaitIsAnsweredOnlyWhereTheModelIsFreeAndBrief() throws Exception {
        FakeModel model = FakeModel.taking(Duration.ZERO);
        try (var kit = new LaneKit(model, LaneKit.settings(10))) {
            assertThat(now(kit)).as("how long it takes is not known yet").isFalse();
            await().untilAsserted(() -> {
                kit.infer(rows(1, 1));
                assertThat(now(kit)).isTrue();
            });
            model.allowed.drainPermits();
            Future<Object> running = kit.call(rows(1, 1));
            await().until(() -> model.allowed.hasQueuedThreads());
            assertThat(now(kit)).as("not free").isFalse();
            model.allowed.release(1000);
            assertThat(isOf(outputs(running), 1, 1)).isTrue();
        }
        FakeModel slow = FakeModel.taking(Duration.ofMillis(5));
        try (var kit = new LaneKit(slow, LaneKit.settings(10))) {
            kit.infer(rows(1, 1));
            assertThat(now(kit)).as("not brief").isFalse();
        }
        LaneSettings delayed = LaneKit.batching(8, Duration.ofMillis(1));
        try (var kit = new LaneKit(FakeModel.taking(Duration.ZERO), delayed)) {
            kit.infer(rows(1, 1));
            assertThat(now(kit)).as("it would wait for others").isFalse();
        }
    }

    private static boolean now(LaneKit kit) {
        return kit.lane
                .inferNow(List.of(rows(1, 2)), 1, new Deadline(Duration.ofSeconds(20)))
                .map(answer -> isOf(answer.outputs(), 1, 2))
                .orElse(false);
    }

    @Test
    void callsThatWaitShareARunAndEachGetsItsOwnRows() throws Exception {
        FakeModel model = FakeModel.held();
        model.allowed.release(3);
        try (var kit = new LaneKit(model, LaneKit.batching(8, Duration.ZERO))) {
            model.runs.clear();
            Future<Object> first = kit.call(rows(2, 1));
            await().until(() -> model.runs.size() == 1);
            Future<Object> second = kit.call(rows(2, 2, 3));
            await().until(() -> kit.lane.pending() == 1);
            Future<Object> other = kit.call(rows(3, 7));
            Future<Object> third = kit.call(rows(2, 4));
            await().until(() -> kit.lane.pending() == 3);
            model.allowed.release(10);
            assertThat(isOf(outputs(first), 2, 1)).isTrue();
            assertThat(isOf(outputs(second), 2, 2, 3)).isTrue();
            assertThat(isOf(outputs(third), 2, 4)).isTrue();
            assertThat(isOf(outputs(other), 3, 7)).as("rows of another width").isTrue();
            assertThat(model.runs).containsExactly(1, 3, 1);
            assertThat(kit.tally.runs()).isEqualTo(3);
            assertThat(kit.tally.success().count()).isEqualTo(4);
            assertThat(kit.tally.queue().nanos()).isPositive();
            assertThat(kit.tally.batches()).extracting(batch -> batch.rows()).containsExactly(1, 3);
        }
    }

    @Test
    void aRunWaitsForCallsNoLongerThanItsDelayAndNotOnceItIsFull() throws Exception {
        FakeModel model = FakeModel.taking(Duration.ZERO);
        try (var kit = new LaneKit(model, LaneKit.batching(3, Duration.ofMillis(300)))) {
            model.runs.clear();
            long start = System.nanoTime();
            List<Future<Object>> calls = List.of(kit.call(rows(1, 1)), kit.call(rows(1, 2)), kit.call(rows(1, 3)));
            for (Future<Object> call : calls) {
                call.get(5, TimeUnit.SECONDS);
            }
            assertThat(millisSince(start)).as("full").isLessThan(250);
            long alone = System.nanoTime();
            kit.infer(rows(1, 4));
            assertThat(millisSince(alone)).isBetween(299L, 300 + LATE_MILLIS);
            assertThat(model.runs).containsExactly(3, 1);
        }
    }

    @Test
    void aCallWhoseDeadlinePassesWhileItWaitsIsRefusedThenAndNeverRun() throws Exception {
        FakeModel model = FakeModel.held();
        try (var kit = new LaneKit(model, LaneKit.settings(10))) {
            Future<Object> running = kit.call(rows(1, 1));
            await().until(() -> model.runs.size() == 1);
            long start = System.nanoTime();
            Future<Object> late = kit.call(rows(1, 2), new Deadline(Duration.ofMillis(150)));
            assertThat(late.get()).isEqualTo(InferenceReason.DEADLINE_EXCEEDED);
            assertThat(millisSince(start)).isBetween(149L, 150 + LATE_MILLIS);
            model.allowed.release(10);
            assertThat(isOf(outputs(running), 1, 1)).isTrue();
            assertThat(model.runs).hasSize(1);
            assertThat(kit.tally.failure(Failure.REJECTED).count()).isEqualTo(1);
        }
    }

    @Test
    void aDeadlineThatHasPassedDoesNoWork() throws Exception {
        FakeModel model = FakeModel.taking(Duration.ZERO);
        try (var kit = new LaneKit(model, LaneKit.settings(10))) {
            assertThat(kit.call(rows(1, 2), new Deadline(Duration.ZERO)).get())
                    .isEqualTo(InferenceReason.DEADLINE_EXCEEDED);
            assertThat(model.runs).isEmpty();
        }
    }

    @Test
    void aCallerWhoGoesAwayDoesNoWorkAndFreesItsPlaceAtOnce() throws Exception {
        FakeModel model = FakeModel.held();
        try (var kit = new LaneKit(model, LaneKit.settings(1))) {
            Future<Object> running = kit.call(rows(1, 1));
            await().until(() -> model.runs.size() == 1);
            var caller = new Leaver();
            Future<Object> cancelled = kit.call(rows(1, 2), new Deadline(Duration.ofSeconds(20), caller));
            await().until(() -> kit.lane.pending() == 1);
            assertThat(kit.call(rows(1, 3)).get()).isEqualTo(InferenceReason.BUSY);
            caller.leave();
            assertThat(cancelled.get()).isEqualTo(InferenceReason.CALLER_GONE);
            assertThat(kit.lane.pending()).isZero();
            model.allowed.release(10);
            running.get();
            assertThat(model.runs).hasSize(1);
            assertThat(kit.tally.failure(Failure.CANCELED).count()).isEqualTo(1);
        }
    }

    @Test
    void aCallWaitsNoLongerThanTheQueuesTimeout() throws Exception {
        FakeModel model = FakeModel.held();
        LaneSettings settings =
                LaneKit.settings(1, 10, Optional.of(Duration.ofMillis(80)), Optional.empty(), Optional.empty());
        try (var kit = new LaneKit(model, settings)) {
            Future<Object> running = kit.call(rows(1, 1));
            await().until(() -> model.runs.size() == 1);
            long start = System.nanoTime();
            assertThat(kit.call(rows(1, 2)).get()).isEqualTo(InferenceReason.BUSY);
            assertThat(millisSince(start)).isBetween(79L, 80 + LATE_MILLIS);
            model.allowed.release(10);
            assertThat(isOf(outputs(running), 1, 1)).isTrue();
        }
    }

    @Test
    void whatCannotBeAnsweredInTimeIsRefusedBeforeItWaits() throws Exception {
        FakeModel model = FakeModel.taking(Duration.ofMillis(50));
        try (var kit = new LaneKit(model, LaneKit.settings(100))) {
            for (int i = 0; i < 3; i++) {
                kit.infer(rows(1, 1));
            }
            var waiting = new ArrayList<Future<Object>>();
            for (int i = 0; i < 20; i++) {
                waiting.add(kit.call(rows(1, i)));
            }
            await().pollInterval(Duration.ofMillis(5)).until(() -> kit.lane.pending() >= 15);
            long start = System.nanoTime();
            assertThat(kit.call(rows(1, 2), new Deadline(Duration.ofMillis(200)))
                            .get())
                    .isEqualTo(InferenceReason.BUSY);
            assertThat(millisSince(start)).isLessThan(LATE_MILLIS);
            for (Future<Object> call : waiting) {
                assertThat(call.get()).isInstanceOf(List.class);
            }
        }
    }

    @Test
    void noMoreRunsAreUnderWayThanTheModelMayHave() throws Exception {
        FakeModel model = FakeModel.taking(Duration.ofMillis(2));
        LaneSettings settings = LaneKit.settings(3, 1000, Optional.empty(), Optional.empty(), Optional.empty());
        try (var kit = new LaneKit(model, settings)) {
            var calls = new ArrayList<Future<Object>>();
            for (int i = 0; i < 200; i++) {
                calls.add(kit.call(rows(2, i)));
            }
            for (int i = 0; i < 200; i++) {
                assertThat(isOf(outputs(calls.get(i)), 2, i)).isTrue();
            }
            assertThat(model.most).hasValueBetween(2, 3);
            await().until(() -> kit.users.get() == 1);
        }
    }

    @Test
    void aModelThatIsBusyDoesNotKeepAnotherFromAnswering() throws Exception {
        FakeModel slow = FakeModel.taking(Duration.ofMillis(100));
        FakeModel quick = FakeModel.taking(Duration.ZERO);
        try (var busy = new LaneKit(
                        slow, LaneKit.settings(1, 1000, Optional.empty(), Optional.empty(), Optional.empty()));
                var other = new LaneKit(quick, LaneKit.settings(10))) {
            busy.infer(rows(1, 0));
            var calls = new ArrayList<Future<Object>>();
            for (int i = 0; i < 20; i++) {
                calls.add(busy.call(rows(1, i)));
            }
            for (int i = 0; i < 10; i++) {
                long start = System.nanoTime();
                assertThat(isOf(outputs(other.call(rows(1, i))), 1, i)).isTrue();
                assertThat(millisSince(start)).isLessThan(LATE_MILLIS);
            }
            assertThat(slow.most).hasValue(1);
            for (Future<Object> call : calls) {
                call.get();
            }
        }
    }

    @Test
    void aCallThatFailsItsRunFailsNoOther() throws Exception {
        FakeModel model = FakeModel.held();
        model.allowed.release(3);
        try (var kit = new LaneKit(model, LaneKit.batching(8, Duration.ZERO))) {
            model.runs.clear();
            Future<Object> first = kit.call(rows(1, 1));
            await().until(() -> model.runs.size() == 1);
            Future<Object> good = kit.call(rows(1, 2));
            Future<Object> bad = kit.call(rows(1, -1));
            Future<Object> fine = kit.call(rows(1, 3));
            await().until(() -> kit.lane.pending() == 3);
            model.allowed.release(10);
            assertThat(isOf(outputs(first), 1, 1)).isTrue();
            assertThat(isOf(outputs(good), 1, 2)).isTrue();
            assertThat(isOf(outputs(fine), 1, 3)).isTrue();
            assertThat(bad.get()).isEqualTo(InferenceReason.MODEL_FAILED);
            assertThat(kit.tally.failure(Failure.BACKEND).count()).isEqualTo(1);
        }
    }

    @Test
    void aModelWithoutABatchDimensionIsNeverBatched() throws Exception {
        FakeModel model = FakeModel.ofOneRow();
        try (var kit = new LaneKit(model, LaneKit.batching(8, Duration.ofSeconds(1)))) {
            assertThat(kit.lane.batching()).isEmpty();
            var calls = new ArrayList<Future<Object>>();
            for (int i = 0; i < 50; i++) {
                calls.add(kit.call(rows(2, i)));
            }
            for (int i = 0; i < 50; i++) {
                assertThat(isOf(outputs(calls.get(i)), 2, i)).isTrue();
            }
            assertThat(model.runs).hasSize(50).containsOnly(1);
        }
    }

    @Test
    void aSlowModelRunsOnAThreadOfItsOwnSoThatItsCallersLeaveInTimeAndIsHeldUntilItEnds() throws Exception {
        FakeModel model = FakeModel.held();
        try (var kit = new LaneKit(model, LaneKit.settings(10))) {
            Future<Object> slow = kit.call(rows(1, 0));
            await().until(() -> model.runs.size() == 1);
            await().pollDelay(Duration.ofMillis(20)).until(() -> true);
            model.allowed.release();
            assertThat(isOf(outputs(slow), 1, 0)).isTrue();
            long start = System.nanoTime();
            Future<Object> late = kit.call(rows(1, 1), new Deadline(Duration.ofMillis(100)));
            assertThat(late.get()).isEqualTo(InferenceReason.DEADLINE_EXCEEDED);
            assertThat(millisSince(start)).isBetween(99L, 100 + LATE_MILLIS);
            assertThat(model.runs).as("it was under way").hasSize(2);
            assertThat(kit.users).as("the run holds the model").hasValue(2);
            model.allowed.release();
            await().until(() -> kit.users.get() == 1);
            assertThat(isOf(run(kit, model), 1, 5)).isTrue();
        }
    }

    private static List<Tensor> run(LaneKit kit, FakeModel model) {
        model.allowed.release();
        return kit.infer(rows(1, 5));
    }

    @Test
    void answersAreKeptWhereThatIsDeclaredUntilTheyAreTooOldOrTooMany() throws Exception {
        FakeModel model = FakeModel.taking(Duration.ZERO);
        var declared = new AnswerCaching(2, Optional.of(Duration.ofMillis(200)));
        LaneSettings settings = LaneKit.settings(1, 10, Optional.empty(), Optional.empty(), Optional.of(declared));
        try (var kit = new LaneKit(model, settings)) {
            long start = System.nanoTime();
            assertThat(isOf(kit.infer(rows(2, 1)), 2, 1)).isTrue();
            assertThat(isOf(kit.infer(rows(2, 1)), 2, 1)).isTrue();
            assertThat(isOf(kit.infer(rows(2, 1, 1)), 2, 1, 1)).as("two rows").isTrue();
            boolean wasQuick = millisSince(start) < 150;
            assertThat(kit.tally.cacheHit().count())
                    .isEqualTo(wasQuick ? 1 : kit.tally.cacheHit().count());
            assertThat(kit.tally.cacheHit().count() + kit.tally.cacheMiss().count())
                    .isEqualTo(3);
            assertThat(kit.tally.success().count()).isEqualTo(3);
            assertThat(kit.tally.rows())
                    .as("of runs alone")
                    .isEqualTo(model.runs.stream().mapToInt(i -> i).sum());
            await().pollInterval(Duration.ofMillis(20)).until(() -> millisSince(start) > 500);
            int before = model.runs.size();
            kit.infer(rows(2, 1));
            assertThat(model.runs).as("too old").hasSize(before + 1);
        }
    }

    @Test
    void answersAreNotKeptUndeclared() {
        FakeModel model = FakeModel.taking(Duration.ZERO);
        try (var kit = new LaneKit(model, LaneKit.settings(10))) {
            kit.infer(rows(1, 1));
            kit.infer(rows(1, 1));
            assertThat(model.runs).hasSize(2);
            assertThat(kit.tally.cacheMiss().count()).isZero();
        }
    }

    @Test
    void sizeAndDelayAreWhatWasDeclaredWhereThereIsNoObjective() {
        FakeModel model = FakeModel.taking(Duration.ZERO);
        try (var kit = new LaneKit(model, LaneKit.batching(16, Duration.ofMillis(3)))) {
            BatchChoice choice = kit.lane.batching().orElseThrow();
            assertThat(choice.maxSize()).isEqualTo(16);
            assertThat(choice.maxDelay()).isEqualTo(Duration.ofMillis(3));
            assertThat(choice.objective()).isEmpty();
        }
        var tuned = new Batching(64, Duration.ofMillis(3), Optional.of(Duration.ofMillis(20)));
        LaneSettings settings = LaneKit.settings(1, 10, Optional.empty(), Optional.of(tuned), Optional.empty());
        try (var kit = new LaneKit(FakeModel.taking(Duration.ZERO), settings)) {
            BatchChoice choice = kit.lane.batching().orElseThrow();
            assertThat(choice.maxSize()).isLessThan(64);
            assertThat(choice.maxDelay()).isZero();
            assertThat(choice.objective()).contains(Duration.ofMillis(20));
        }
    }

    @SuppressWarnings("unchecked") // a call that was not refused gives its outputs
    private static List<Tensor> outputs(Future<Object> call) throws Exception {
        Object outcome = call.get(20, TimeUnit.SECONDS);
        assertThat(outcome).isInstanceOf(List.class);
        return (List<Tensor>) outcome;
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    /** A caller who can go away. */
    private static final class Leaver implements Caller {
        private final List<Runnable> watches = new CopyOnWriteArrayList<>();
        private volatile boolean gone;

        void leave() {
            gone = true;
            watches.forEach(Runnable::run);
        }

        @Override
        public boolean isGone() {
            return gone;
        }

        @Override
        public Watch onLeave(Runnable then) {
            watches.add(then);
            return () -> watches.remove(then);
        }
    }
}
