package io.millrace.edge.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.domain.Aggregate;
import io.millrace.edge.domain.EdgeNode;
import io.millrace.edge.domain.LossReason;
import io.millrace.edge.domain.NodeError;
import io.millrace.edge.domain.NodeState;
import io.millrace.edge.domain.NodeState.Status;
import io.millrace.edge.telemetry.EdgeMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class CycleTest {
    private final MovableTime time = new MovableTime();
    private final MemorySpool spool = new MemorySpool();
    private final MemorySpool cloud = new MemorySpool();
    private final NodeBook book = new NodeBook(time, 3);
    private final NodeRegistry registry = new NodeRegistry(book, new Nodes.Store(), spool, Nodes.GUARD);
    private final EdgeMetrics metrics = new EdgeMetrics(new SimpleMeterRegistry());
    private final ScriptedNodes nodes = new ScriptedNodes();
    private final Cycle cycle = new Cycle(
            book,
            nodes,
            spool,
            Optional.of(cloud),
            time,
            metrics,
            new Cycle.Bounds(Duration.ofSeconds(10), Duration.ofMillis(500), Duration.ofMillis(200), 3));

    /** Answers as a test says; a node without a script never answers, and the clock then runs to the cycle's end. */
    private final class ScriptedNodes implements NodeClient {
        private final Map<String, Answer> script = new HashMap<>();
        private final List<String> asked = new ArrayList<>();

        @Override
        public void pull(EdgeNode node, Duration limit, Consumer<Answer> done) {
            asked.add(node.id());
            Answer answer = script.get(node.id());
            if (answer != null) {
                done.accept(answer);
            } else {
                time.pass(Duration.ofMillis(180));
            }
        }

        void answers(String id, long records, double quality) {
            body(
                    id,
                    "{\"record_count\":" + records + ",\"quality_score\":" + quality
                            + ",\"last_updated\":\"2031-01-01T00:00:00+02:00\",\"site\":{\"a\":[1]}}");
        }

        void body(String id, String body) {
            script.put(id, new Answer.Body(body.getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void aDeadNodeDoesNotFailTheCycleAndIsNeverQualityZero() throws Exception {
        register("a", "b", "dead", "odd");
        nodes.answers("a", 100, 0.8);
        nodes.answers("b", 300, 0.4);
        nodes.script.put("dead", new NodeClient.Answer.Failed(new NodeError(NodeError.Code.CONNECT_FAILED, "refused")));
        nodes.body("odd", "{\"record_count\":-1,\"quality_score\":2}");

        Aggregate aggregate = cycle.run();

        assertThat(aggregate.answered()).isEqualTo(2);
        assertThat(aggregate.quality().getAsDouble()).isBetween(0.5999, 0.6001);
        assertThat(aggregate.weightedQuality().getAsDouble()).isBetween(0.4999, 0.5001);
        assertThat(state(aggregate, "dead").error()).contains(new NodeError(NodeError.Code.CONNECT_FAILED, "refused"));
        assertThat(state(aggregate, "odd").error().orElseThrow().code()).isEqualTo(NodeError.Code.INVALID_SUMMARY);
        assertThat(book.ledger("dead").dropped()).containsEntry(LossReason.PULL_FAILED, 1L);
        assertThat(spool.entries())
                .extracting(entry -> entry.entry().key())
                .containsExactlyInAnyOrder("a", "b", "aggregate");
        assertThat(new String(spool.entries().getLast().entry().value(), StandardCharsets.UTF_8))
                .contains(
                        "\"edge_nodes\":4",
                        "\"total_records\":400",
                        "\"status\":\"error\"",
                        "\"error_code\":\"CONNECT_FAILED\"",
                        "\"site\":{\"a\":[1]}");
        assertThat(cloud.entries()).hasSize(1);
        assertThat(cycle.latest()).contains(aggregate);
    }

    @Test
    void theCycleEndsByItsLimitWithHangingNodesAsTimeoutsAndTheRestAsNotReached() throws Exception {
        register("h1", "h2", "h3", "h4", "never");

        Aggregate aggregate = cycle.run();

        assertThat(nodes.asked).hasSize(3);
        assertThat(aggregate.nodes())
                .extracting(node -> node.error().orElseThrow().code())
                .containsOnly(NodeError.Code.TIMEOUT, NodeError.Code.NOT_REACHED);
        assertThat(aggregate.nodes().stream()
                        .filter(node -> node.error().orElseThrow().code() == NodeError.Code.TIMEOUT))
                .hasSize(3);
        assertThat(aggregate.quality()).isEmpty();
        assertThat(aggregate.totalRecords()).isZero();
    }

    @Test
    void nodesThatFailedAreAskedAfterThoseThatAnswered() throws Exception {
        register("a-hangs", "b", "c");
        nodes.script.put("a-hangs", new NodeClient.Answer.Failed(new NodeError(NodeError.Code.TIMEOUT, "slow")));
        nodes.answers("b", 1, 1);
        nodes.answers("c", 1, 1);
        cycle.run();
        nodes.asked.clear();

        Aggregate second = cycle.run();

        assertThat(nodes.asked).containsExactly("b", "c", "a-hangs");
        assertThat(state(second, "a-hangs").missed()).isEqualTo(2);
    }

    @Test
    void aNodeWithALongerIntervalIsPulledInEveryNthCycleAndKeepsItsSummaryBetween() throws Exception {
        registry.register(List.of(new io.millrace.edge.domain.NodeDraft(
                "slow", "http://127.0.0.1:1/", "airports", Duration.ofSeconds(30))));
        nodes.answers("slow", 7, 0.5);
        for (int i = 0; i < 7; i++) {
            Aggregate aggregate = cycle.run();
            assertThat(aggregate.totalRecords()).isEqualTo(7);
            time.pass(Duration.ofSeconds(10));
        }
        assertThat(nodes.asked).hasSize(3);
        assertThat(book.ledger("slow").received()).isEqualTo(3);
    }

    @Test
    void aFullSpoolIsTheNodesErrorInTheAggregateAndItsLossInTheLedger() throws Exception {
        register("a");
        nodes.answers("a", 1, 1);
        spool.full(true);

        Aggregate aggregate = cycle.run();

        assertThat(state(aggregate, "a").error().orElseThrow().code()).isEqualTo(NodeError.Code.NOT_SPOOLED);
        assertThat(book.ledger("a").dropped()).containsEntry(LossReason.SPOOL_FULL, 1L);
        spool.full(false);
        assertThat(state(cycle.run(), "a").status()).isEqualTo(Status.SUCCESS);
    }

    @Test
    void whatADiskRefusesAtTheEndOfTheCycleIsTakenBack() throws Exception {
        register("a");
        nodes.answers("a", 1, 1);
        spool.hold();
        var running = java.util.concurrent.CompletableFuture.supplyAsync(() -> {
            try {
                return cycle.run();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        org.awaitility.Awaitility.await().until(() -> spool.entries().size() == 1);
        spool.fail();

        assertThat(state(running.join(), "a").error().orElseThrow().code()).isEqualTo(NodeError.Code.NOT_SPOOLED);
        assertThat(book.ledger("a").received()).isZero();
    }

    private void register(String... ids) {
        registry.register(java.util.Arrays.stream(ids)
                .map(id -> Nodes.pulled(id, "http://127.0.0.1:9901/" + id))
                .toList());
    }

    private static NodeState state(Aggregate aggregate, String id) {
        return aggregate.nodes().stream()
                .filter(node -> node.node().id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
