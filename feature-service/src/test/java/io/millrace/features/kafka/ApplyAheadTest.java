package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.StoreUnavailableException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ApplyAheadTest {
    private static final StoreUnavailableException AWAY = new StoreUnavailableException("away", null);

    private final List<Integer> done = new CopyOnWriteArrayList<>();

    private static void fail() {
        throw AWAY;
    }

    @Test
    void changesAreMadeInTheirOrder() {
        try (var ahead = new ApplyAhead("test")) {
            IntStream.range(0, 100).forEach(i -> ahead.begin(() -> done.add(i)));
            ahead.await();
            assertThat(done)
                    .containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
        }
    }

    @Test
    void whoeverBeganAChangeGoesOnMeanwhile() {
        var read = new CountDownLatch(1);
        try (var ahead = new ApplyAhead("test")) {
            ahead.begin(() -> {
                try {
                    read.await();
                    done.add(1);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(ahead.isIdle()).isFalse();
            assertThat(done).isEmpty();
            read.countDown();
            ahead.await();
            assertThat(done).containsExactly(1);
        }
    }

    @Test
    void whatAChangeThrewIsThrownByTheNextCallAndNothingIsDoneAfterIt() {
        try (var ahead = new ApplyAhead("test")) {
            ahead.begin(ApplyAheadTest::fail);
            assertThatThrownBy(() -> ahead.begin(() -> done.add(1))).isSameAs(AWAY);
            assertThatThrownBy(ahead::await).isSameAs(AWAY);
            assertThat(done).isEmpty();
        }
    }

    @Test
    void settlingAndClosingWaitAndThrowNothing() {
        try (var ahead = new ApplyAhead("test")) {
            ahead.begin(ApplyAheadTest::fail);
            assertThatCode(ahead::settle).doesNotThrowAnyException();
        }
        assertThat(done).isEmpty();
    }
}
