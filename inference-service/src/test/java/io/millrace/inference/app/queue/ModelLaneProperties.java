package io.millrace.inference.app.queue;

import static io.millrace.inference.app.queue.FakeModel.isOf;
import static io.millrace.inference.app.queue.FakeModel.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.domain.ModelServing.AnswerCaching;
import io.millrace.inference.domain.ModelServing.Batching;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ModelLaneProperties {
    private static final int CALLERS = 40;
    private static final int CALLS = 25;

    private final AtomicInteger shared = new AtomicInteger();

    /** Every row carries a number that no other row of any call has; answers say of which rows they are. */
    @Test
    void everyCallerGetsTheAnswersToItsOwnRowsHoweverCallsAreJoined() {
        qt().withExamples(12)
                .forAll(
                        integers().between(2, 40),
                        integers().between(0, 2),
                        integers().between(1, 3),
                        integers().all())
                .check((maxSize, delayMillis, concurrency, seed) -> {
                    boolean tuned = seed % 2 == 0;
                    var batching = new Batching(
                            maxSize,
                            Duration.ofMillis(delayMillis),
                            tuned ? Optional.of(Duration.ofMillis(20)) : Optional.empty());
                    Optional<AnswerCaching> cache =
                            seed % 3 == 0 ? Optional.of(new AnswerCaching(50, Optional.empty())) : Optional.empty();
                    LaneSettings settings =
                            LaneKit.settings(concurrency, 1000, Optional.empty(), Optional.of(batching), cache);
                    FakeModel model = FakeModel.taking(Duration.ofNanos((seed & 3) * 300_000L));
                    try (var kit = new LaneKit(model, settings)) {
                        return areAllAnsweredRight(kit, new Random(seed))
                                && model.most.get() <= concurrency
                                && kit.lane.pending() == 0;
                    } finally {
                        shared.addAndGet((int)
                                model.runs.stream().filter(rows -> rows > 9).count());
                    }
                });
        assertThat(shared).as("runs of several calls").hasPositiveValue();
    }

    private static boolean areAllAnsweredRight(LaneKit kit, Random random) {
        var unique = new AtomicInteger();
        var callers = new ArrayList<Callable<Boolean>>();
        for (int caller = 0; caller < CALLERS; caller++) {
            var own = new Random(random.nextLong());
            callers.add(() -> {
                for (int call = 0; call < CALLS; call++) {
                    if (!isAnsweredRight(kit, own, unique)) {
                        return false;
                    }
                }
                return true;
            });
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            boolean right = true;
            for (Future<Boolean> caller : threads.invokeAll(callers)) {
                right &= caller.get();
            }
            return right;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of nine rows at most; some calls do not wait long enough, and one in twenty fails. */
    private static boolean isAnsweredRight(LaneKit kit, Random random, AtomicInteger unique) {
        int width = 1 + random.nextInt(2);
        float[] firsts = new float[random.nextInt(10)];
        for (int i = 0; i < firsts.length; i++) {
            firsts[i] = unique.incrementAndGet();
        }
        boolean fails = firsts.length > 0 && random.nextInt(20) == 0;
        if (fails) {
            firsts[0] = -1;
        }
        boolean isHasty = random.nextInt(10) == 0;
        var deadline = new Deadline(isHasty ? Duration.ofNanos(300_000) : Duration.ofSeconds(30));
        try {
            return isOf(kit.infer(rows(width, firsts), deadline), width, firsts) && !fails;
        } catch (Refusal refusal) {
            List<InferenceReason> expected = new ArrayList<>();
            if (fails) {
                expected.add(InferenceReason.MODEL_FAILED);
            }
            if (isHasty) {
                expected.add(InferenceReason.DEADLINE_EXCEEDED);
                expected.add(InferenceReason.BUSY);
            }
            return expected.stream().anyMatch(reason -> reason == refusal.reason());
        }
    }
}
