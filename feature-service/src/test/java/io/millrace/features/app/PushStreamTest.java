package io.millrace.features.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.domain.PushTarget;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.gate.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PushStreamTest {
    private static final long NOW = 1_772_445_600_000_000L;

    private final Catalog catalog = new Catalog();
    private final HeldLog log = new HeldLog();
    private final ExecutorService worker = Executors.newVirtualThreadPerTaskExecutor();
    private final PushStreams streams = new PushStreams(
            new Pushes(
                    catalog,
                    new MemoryDefinitions(catalog),
                    log,
                    new EventTimeBound(Duration.ofDays(1)),
                    InstantSource.fixed(Instant.ofEpochSecond(NOW / 1_000_000))),
            worker,
            100,
            2);

    @BeforeEach
    void apply() {
        new MemoryDefinitions(catalog).put(List.of(Views.view(Views.profile("profile"))));
    }

    @AfterEach
    void stop() {
        log.close();
        worker.shutdown();
    }

    private static Pushes.Push push(long user, int rows) {
        return new Pushes.Push(
                "profile",
                Map.of("user_id", Collections.nCopies(rows, new FeatureValue.Int(user))),
                Collections.nCopies(rows, NOW),
                "",
                PushTarget.ONLINE_AND_OFFLINE);
    }

    @Test
    void thereIsRoomUntilTheRowsInFlightAreThere() throws Exception {
        PushStream stream = streams.open(() -> {});
        assertThat(stream.hasRoom()).isTrue();
        stream.take(99, () -> push(1, 99));
        assertThat(stream.hasRoom()).isTrue();
        stream.take(50, () -> push(2, 50));
        assertThat(stream.hasRoom()).isFalse();

        log.commits.release(2);
        stream.end();
        assertThat(stream.outcome().get(30, TimeUnit.SECONDS)).isEqualTo(new PushStream.Committed(2, 149));
        assertThat(stream.hasRoom()).isTrue();
    }

    @Test
    void theFirstPushThatIsWrongIsNamedAndThoseBeforeItAreCommitted() {
        PushStream stream = streams.open(() -> {});
        stream.take(2, () -> push(1, 2));
        stream.take(0, () -> push(2, 0));
        stream.take(2, () -> push(3, 2));
        log.commits.release(3);

        assertThatThrownBy(() -> stream.outcome().get(30, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(FeatureReason.EMPTY_REQUEST);
                    assertThat(refusal.getMessage()).startsWith("request 2: no rows");
                });
        assertThat(log.users).startsWith(1L, 1L);
        assertThat(streams.open()).isZero();
    }

    @Test
    void aStreamWhoseLogIsAwayFailsAndTakesTheRestToDropIt() {
        log.broken = true;
        PushStream stream = streams.open(() -> {});
        stream.take(100, () -> push(1, 100));

        assertThatThrownBy(() -> stream.outcome().get(30, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(FeatureReason.PUSH_LOG_UNAVAILABLE));
        stream.take(100, () -> push(2, 100));
        assertThat(stream.hasRoom()).isTrue();
        assertThat(log.appended).hasValue(0);
    }

    @Test
    void moreStreamsThanThereArePlacesAreRefusedUntilOneEnds() {
        PushStream first = streams.open(() -> {});
        streams.open(() -> {});

        assertThatThrownBy(() -> streams.open(() -> {}))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(FeatureReason.TOO_MANY_PUSH_STREAMS));
        first.end();
        assertThat(streams.open(() -> {}).hasRoom()).isTrue();
    }

    @Test
    void aCancelledStreamDropsWhatWasNotAppendedAndEnds() throws Exception {
        PushStream stream = streams.open(() -> {});
        stream.take(1, () -> push(1, 1));
        stream.cancel();
        stream.take(1, () -> push(2, 1));
        log.commits.release(1);

        assertThat(stream.outcome().get(30, TimeUnit.SECONDS).rows()).isLessThanOrEqualTo(1);
        assertThat(log.users).doesNotContain(2L);
    }
}
