package io.millrace.features.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import io.millrace.gate.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadTurnsTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Semaphore done = new Semaphore(0);
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final List<Integer> order = new CopyOnWriteArrayList<>();
    private ReadTurns turns = new ReadTurns(1, LONG);

    @AfterEach
    void close() {
        done.release(1_000);
        turns.close();
    }

    private CompletableFuture<Integer> read(int number, ReadCall call) {
        return turns.read(call, () -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            order.add(number);
            done.acquireUninterruptibly();
            inside.decrementAndGet();
            return number;
        });
    }

    private CompletableFuture<Integer> read(int number) {
        return read(number, ReadCall.patient());
    }

    private static FeatureReason refusal(CompletableFuture<Integer> answer) {
        await().atMost(LONG).until(answer::isDone);
        assertThat(answer).isCompletedExceptionally();
        return answer.exceptionNow() instanceof Refusal refusal && refusal.reason() instanceof FeatureReason reason
                ? reason
                : fail("was not refused: " + answer);
    }

    private void occupy() {
        read(0);
        await().atMost(LONG).until(() -> order.contains(0));
    }

    @Test
    void noMoreThanSoManyReadAtOneTimeAndAllAreAnswered() {
        turns = new ReadTurns(3, LONG);
        var answers = new ArrayList<CompletableFuture<Integer>>();
        for (int i = 0; i < 20; i++) {
            answers.add(read(i));
        }
        done.release(20);
        for (int i = 0; i < 20; i++) {
            assertThat(answers.get(i).join()).isEqualTo(i);
        }
        assertThat(most.get()).isBetween(1, 3);
    }

    @Test
    void whoCameFirstIsServedFirstWhileNobodyIsRefused() {
        occupy();
        var last = List.of(read(1), read(2), read(3));
        done.release(4);
        last.forEach(CompletableFuture::join);
        assertThat(order).containsExactly(0, 1, 2, 3);
    }

    @Test
    void whoGetsNoTurnInTimeIsRefusedWhileTheTurnsAreTaken() {
        turns = new ReadTurns(1, Duration.ofMillis(20));
        occupy();
        assertThat(refusal(read(1))).isEqualTo(FeatureReason.TOO_MANY_READS);
        assertThat(order).containsExactly(0);
    }

    @Test
    void onceReadsAreRefusedTheNewestIsServedFirst() {
        turns = new ReadTurns(1, Duration.ofSeconds(4));
        occupy();
        assertThat(refusal(read(1))).isEqualTo(FeatureReason.TOO_MANY_READS);
        CompletableFuture<Integer> older = read(2);
        CompletableFuture<Integer> newer = read(3);
        done.release(3);
        older.join();
        newer.join();
        assertThat(order).containsExactly(0, 3, 2);
    }

    @Test
    void whoeverHasGoneIsNotServedAndTheNextOneIs() {
        occupy();
        ReadCall gone = ReadCall.patient();
        CompletableFuture<Integer> left = read(1, gone);
        CompletableFuture<Integer> next = read(2);
        gone.cancel();
        done.release(2);
        assertThat(refusal(left)).isEqualTo(FeatureReason.DEADLINE_PASSED);
        assertThat(next.join()).isEqualTo(2);
        assertThat(order).containsExactly(0, 2);
    }

    @Test
    void thoseThatWaitWhenTheServiceEndsAreRefused() {
        occupy();
        CompletableFuture<Integer> left = read(1);
        turns.close();
        assertThat(refusal(left)).isEqualTo(FeatureReason.TOO_MANY_READS);
    }
}
