package io.millrace.features.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.features.app.OnlineRequest.UnknownColumns;
import io.millrace.features.app.parity.ParitySampler;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.gate.Refusal;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reads for which nobody waits do no work, and those that are too many are refused with a word on when to come again. */
class ReadOverloadTest {
    private final Catalog catalog = new Catalog();
    private final MemoryDefinitions definitions = new MemoryDefinitions(catalog);
    private final HistoryStore history = new HistoryStore();
    private final AtomicInteger reads = new AtomicInteger();
    private final CountDownLatch busy = new CountDownLatch(1);
    private final CompletableFuture<Optional<Map<SourcePartition, Long>>> caughtUp = new CompletableFuture<>();

    /** Counts reads; the first one takes until the store is no longer busy. */
    private final OnlineStore store = (OnlineStore) Proxy.newProxyInstance(
            OnlineStore.class.getClassLoader(), new Class<?>[] {OnlineStore.class}, (_, method, given) -> {
                if (method.getName().equals("read") && reads.incrementAndGet() == 1) {
                    busy.await();
                }
                return method.invoke(history, given);
            });

    private OnlineFeatures online(Duration maxQueueing) {
        definitions.put(List.of(Views.view(Views.profile("profile"))));
        var onlineReads = new OnlineReads(
                catalog,
                definitions,
                store,
                (_, _) -> caughtUp,
                InstantSource.fixed(Instant.parse("2026-03-02T10:00:00Z")),
                ParitySampler.none());
        return new OnlineFeatures(onlineReads, new ReadLimits(0, 10, 1, Duration.ofSeconds(60), maxQueueing, 1));
    }

    @AfterEach
    void free() {
        busy.countDown();
    }

    private static OnlineRequest request() {
        return new OnlineRequest(
                List.of("profile:age"),
                Map.of("user_id", List.of(new FeatureValue.Int(1))),
                List.of(),
                false,
                UnknownColumns.REFUSE);
    }

    private CompletableFuture<OnlineAnswer> occupy(OnlineFeatures online) {
        CompletableFuture<OnlineAnswer> first = online.read(request(), Duration.ZERO);
        await().until(() -> reads.get() == 1);
        return first;
    }

    private static Refusal refusal(CompletableFuture<OnlineAnswer> answer) {
        try {
            answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Refusal refusal) {
                return refusal;
            }
            throw e;
        }
        throw new AssertionError("was not refused");
    }

    @Test
    void aReadWhoseCallerHasGoneWhileItWaitedForItsTurnIsNotMade() {
        OnlineFeatures online = online(Duration.ofMinutes(1));
        CompletableFuture<OnlineAnswer> first = occupy(online);
        ReadCall call = ReadCall.patient();
        CompletableFuture<OnlineAnswer> second = online.read(request(), Duration.ZERO, call);

        call.cancel();
        busy.countDown();

        assertThat(refusal(second).reason()).isEqualTo(FeatureReason.DEADLINE_PASSED);
        assertThat(first.join().rows()).isEqualTo(1);
        assertThat(reads.get()).isEqualTo(1);
    }

    @Test
    void aReadWaitsForItsTurnNoLongerThanItsCallerDoes() {
        OnlineFeatures online = online(Duration.ofMinutes(1));
        occupy(online);

        CompletableFuture<OnlineAnswer> second =
                online.read(request(), Duration.ZERO, ReadCall.within(Duration.ofMillis(20)));

        assertThat(refusal(second).reason()).isEqualTo(FeatureReason.DEADLINE_PASSED);
        assertThat(reads.get()).isEqualTo(1);
    }

    @Test
    void aDeadlineThatHasPassedDoesNoWorkAtAll() {
        OnlineFeatures online = online(Duration.ofMinutes(1));

        assertThatThrownBy(() -> online.read(request(), Duration.ZERO, ReadCall.within(Duration.ZERO)))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(FeatureReason.DEADLINE_PASSED));
        assertThat(reads.get()).isZero();
        assertThat(online.waiting()).isZero();
    }

    @Test
    void aCallerThatGoesWhileItWaitsForCompletenessLeavesNothingBehind() {
        OnlineFeatures online = online(Duration.ofMinutes(1));
        ReadCall call = ReadCall.patient();
        CompletableFuture<OnlineAnswer> answer = online.read(request(), Duration.ofSeconds(30), call);
        assertThat(online.waiting()).isEqualTo(1);

        call.cancel();

        assertThat(answer).isCompletedExceptionally();
        assertThat(online.waiting()).isZero();
        caughtUp.complete(Optional.of(Map.of()));
        assertThat(reads.get()).isZero();
    }

    @Test
    void aReadThatGetsNoTurnInTimeIsRefusedAndToldWhenToComeAgain() {
        OnlineFeatures online = online(Duration.ofMillis(20));
        occupy(online);

        CompletableFuture<OnlineAnswer> second = online.read(request(), Duration.ZERO);

        Refusal refusal = refusal(second);
        assertThat(refusal.reason()).isEqualTo(FeatureReason.TOO_MANY_READS);
        assertThat(refusal.retryAfter()).hasValue(OnlineFeatures.RETRY_AFTER);
        assertThat(reads.get()).isEqualTo(1);
    }

    @Test
    void readsThatTookLongLatelyAreNotMadeByTheThreadThatAsks() {
        busy.countDown();
        var readers = new CopyOnWriteArrayList<Thread>();
        var slow = (OnlineStore) Proxy.newProxyInstance(
                OnlineStore.class.getClassLoader(), new Class<?>[] {OnlineStore.class}, (_, method, given) -> {
                    if (method.getName().equals("read")) {
                        readers.add(Thread.currentThread());
                        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
                    }
                    return method.invoke(history, given);
                });
        definitions.put(List.of(Views.view(Views.profile("profile"))));
        var features = new OnlineFeatures(
                new OnlineReads(
                        catalog,
                        definitions,
                        slow,
                        (_, _) -> caughtUp,
                        InstantSource.fixed(Instant.parse("2026-03-02T10:00:00Z")),
                        ParitySampler.none()),
                new ReadLimits(100, 10, 1, Duration.ofSeconds(60), Duration.ofMinutes(1), 1));

        features.read(request(), Duration.ZERO).join();
        features.read(request(), Duration.ZERO).join();

        assertThat(readers).hasSize(2);
        assertThat(readers.getFirst()).isSameAs(Thread.currentThread());
        assertThat(readers.getLast()).isNotSameAs(Thread.currentThread());
        features.stop();
    }

    @Test
    void requestsOverHttpAreAdmittedOneByOneAndRefusedAboveTheLimit() {
        OnlineFeatures online = online(Duration.ofMillis(20));
        online.enter();

        assertThatThrownBy(online::enter).isInstanceOf(Refusal.class);
        online.leave();
        online.enter();
    }
}
