package io.millrace.edge.app;

import static io.millrace.edge.app.Nodes.event;
import static io.millrace.edge.app.Nodes.push;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.domain.Ledger;
import io.millrace.edge.domain.LossReason;
import io.millrace.edge.domain.NodeError;
import io.millrace.edge.domain.NodeState.Status;
import io.millrace.edge.telemetry.EdgeMetrics;
import io.millrace.gate.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IngestTest {
    private final MovableTime time = new MovableTime();
    private final MemorySpool spool = new MemorySpool();
    private final NodeBook book = new NodeBook(time, 3);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Ingest ingest = new Ingest(book, spool, time, new EdgeMetrics(meters), Duration.ofSeconds(5));
    private final Nodes.Store store = new Nodes.Store();
    private final NodeRegistry registry = new NodeRegistry(book, store, spool, Nodes.GUARD);

    @BeforeEach
    void registerANode() {
        registry.register(List.of(Nodes.pushing("n")));
    }

    @Test
    void aRepeatedSequenceIsADuplicateAndIsSpooledOnce() {
        assertThat(offer(push(1))).isEqualTo(Push.Outcome.TAKEN);
        assertThat(offer(push(1))).isEqualTo(Push.Outcome.DUPLICATE);

        assertThat(spool.entries()).hasSize(1);
        assertThat(book.ledger("n")).isEqualTo(new Ledger(1, 1, 1, 0, java.util.Map.of()));
    }

    @Test
    void aLateSummaryIsTakenButIsNotTheNewest() {
        offer(push(1));
        offer(push(4));
        assertThat(book.ledger("n").missing()).isEqualTo(2);

        assertThat(offer(push(2))).isEqualTo(Push.Outcome.LATE);

        assertThat(book.state("n").summary().orElseThrow().recordCount()).isEqualTo(4);
        assertThat(book.ledger("n")).isEqualTo(new Ledger(4, 3, 0, 1, java.util.Map.of()));
        assertThat(new String(spool.entries().getLast().entry().value(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("\"late\":true");
    }

    @Test
    void aStaleSequenceIsRefusedAndCounted() {
        offer(push(5_000));

        assertRefused(EdgeReason.STALE_SEQUENCE, () -> offer(push(1)));
        assertThat(book.ledger("n").dropped()).containsExactly(java.util.Map.entry(LossReason.STALE_SEQUENCE, 1L));
        assertThat(offer(new Push(Nodes.summary(1, 1), 7, OptionalLong.of(1), Optional.empty())))
                .isEqualTo(Push.Outcome.TAKEN);
    }

    @Test
    void anEventIsKnownBySourceAndId() {
        assertThat(offer(event("a", "1"))).isEqualTo(Push.Outcome.TAKEN);
        assertThat(offer(event("b", "1"))).isEqualTo(Push.Outcome.TAKEN);
        assertThat(offer(event("a", "1"))).isEqualTo(Push.Outcome.DUPLICATE);
        assertThat(book.ledger("n").received()).isEqualTo(2);
    }

    @Test
    void aStaleEventOfABatchDoesNotHoldUpTheOthers() {
        offer(push(5_000));

        assertThat(ingest.pushAll("n", () -> List.of(push(5_001), push(1), push(5_001), push(5_002))))
                .containsExactly(Push.Outcome.TAKEN, Push.Outcome.STALE, Push.Outcome.DUPLICATE, Push.Outcome.TAKEN);
    }

    @Test
    void aDuplicateIsNotAnsweredBeforeTheFirstIsOnDisk() throws Exception {
        spool.hold();
        var first = CompletableFuture.supplyAsync(() -> offer(push(1)));
        org.awaitility.Awaitility.await().until(() -> spool.entries().size() == 1);
        var second = CompletableFuture.supplyAsync(() -> offer(push(1)));
        org.awaitility.Awaitility.await().until(() -> book.ledger("n").duplicate() == 1);

        assertThat(second).isNotDone();
        spool.confirm();

        assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo(Push.Outcome.TAKEN);
        assertThat(second.get(5, TimeUnit.SECONDS)).isEqualTo(Push.Outcome.DUPLICATE);
    }

    @Test
    void whatTheDiskDidNotTakeMayComeAgain() throws Exception {
        spool.hold();
        var first = CompletableFuture.supplyAsync(() -> offer(push(1)));
        org.awaitility.Awaitility.await().until(() -> spool.entries().size() == 1);
        spool.fail();
        assertThatThrownBy(() -> first.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(Refusal.class);

        assertThat(offer(push(1))).isEqualTo(Push.Outcome.LATE);
        assertThat(book.ledger("n").received()).isEqualTo(1);
        assertThat(book.ledger("n").dropped()).containsEntry(LossReason.SPOOL_UNAVAILABLE, 1L);
    }

    @Test
    void aFullSpoolRefusesAndTheSameSequenceIsTakenLater() {
        spool.full(true);
        assertRefused(EdgeReason.SPOOL_FULL, () -> offer(push(1)));
        spool.full(false);

        assertThat(offer(push(1))).isEqualTo(Push.Outcome.TAKEN);
        assertThat(book.ledger("n")).isEqualTo(new Ledger(1, 1, 0, 0, java.util.Map.of(LossReason.SPOOL_FULL, 1L)));
    }

    @Test
    void withoutSequenceAndEventNothingIsTaken() {
        assertRefused(
                EdgeReason.INVALID_SUMMARY,
                () -> offer(new Push(Nodes.summary(1, 1), 0, OptionalLong.empty(), Optional.empty())));
        assertRefused(EdgeReason.INVALID_SUMMARY, () -> offer(push(0)));
        assertRefused(EdgeReason.NODE_NOT_FOUND, () -> ingest.push("other", () -> push(1)));
        assertThat(book.ledger("n").dropped()).containsEntry(LossReason.INVALID, 2L);
        assertThat(meters.counter("millrace.edge.summaries.dropped", "reason", "invalid")
                        .count())
                .isEqualTo(2);
    }

    @Test
    void aSilentNodeIsInErrorAfterThreeIntervalsWhateverTheWallClockDoes() {
        offer(push(1));
        time.jump(Duration.ofDays(1));
        assertThat(book.state("n").status()).isEqualTo(Status.SUCCESS);
        time.jump(Duration.ofDays(-2));
        time.pass(Duration.ofSeconds(29));
        assertThat(book.state("n").missed()).isEqualTo(2);
        assertThat(book.state("n").status()).isEqualTo(Status.SUCCESS);

        time.pass(Duration.ofSeconds(1));

        assertThat(book.state("n").status()).isEqualTo(Status.ERROR);
        assertThat(book.state("n").error()).get().extracting(NodeError::code).isEqualTo(NodeError.Code.SILENT);
        assertThat(offer(push(2))).isEqualTo(Push.Outcome.TAKEN);
        assertThat(book.state("n").status()).isEqualTo(Status.SUCCESS);
    }

    @Test
    void aRestartKnowsEverySequenceFromCheckpointAndSpool() throws Exception {
        var checkpoints = new MemoryCheckpoints();
        offer(push(1));
        offer(event("s", "1"));
        offer(push(1));
        assertThat(new Checkpointer(book, spool, checkpoints, new Retention(spool)).write(Duration.ofSeconds(1)))
                .isTrue();
        offer(push(3));
        offer(event("s", "2"));

        var again = new NodeBook(time, 3);
        again.recover(store, checkpoints, spool);
        var ingestAgain =
                new Ingest(again, spool, time, new EdgeMetrics(new SimpleMeterRegistry()), Duration.ofSeconds(5));

        assertThat(again.ledger("n")).isEqualTo(book.ledger("n"));
        assertThat(again.state("n").summary()).isEqualTo(book.state("n").summary());
        assertThat(again.state("n").lastSeen()).isEqualTo(book.state("n").lastSeen());
        for (Push seen : List.of(push(1), push(3), event("s", "1"), event("s", "2"))) {
            assertThat(ingestAgain.push("n", () -> seen)).isEqualTo(Push.Outcome.DUPLICATE);
        }
        assertThat(ingestAgain.push("n", () -> push(2))).isEqualTo(Push.Outcome.LATE);
    }

    @Test
    void aNodeThatWasRemovedAndRegisteredAgainBeginsAnewAlsoAfterARestart() throws Exception {
        var checkpoints = new MemoryCheckpoints();
        offer(push(9));
        new Checkpointer(book, spool, checkpoints, new Retention(spool)).write(Duration.ofSeconds(1));
        offer(push(10));
        registry.remove("n");
        registry.register(List.of(Nodes.pushing("n")));

        var again = new NodeBook(time, 3);
        again.recover(store, checkpoints, spool);

        assertThat(again.ledger("n")).isEqualTo(Ledger.EMPTY);
        assertThat(again.state("n").status()).isEqualTo(Status.NEVER_SEEN);
    }

    private static final class MemoryCheckpoints implements Checkpoint.Store {
        private Optional<Checkpoint> newest = Optional.empty();

        @Override
        public Optional<Checkpoint> load() {
            return newest;
        }

        @Override
        public void save(Checkpoint checkpoint) {
            newest = Optional.of(checkpoint);
        }
    }

    private Push.Outcome offer(Push push) {
        return ingest.push("n", () -> push);
    }

    private static void assertRefused(EdgeReason reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(InstanceOfAssertFactories.type(Refusal.class))
                .extracting(Refusal::reason)
                .isEqualTo(reason);
    }
}
