package io.millrace.edge.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.definitions.DefinitionFile;
import io.millrace.edge.domain.NodeDraft;
import io.millrace.gate.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NodeDefinitionsTest {
    private final NodeBook book = new NodeBook(new MovableTime(), 3);
    private final NodeRegistry registry = new NodeRegistry(book, new Nodes.Store(), new MemorySpool(), Nodes.GUARD);
    private final NodeDefinitions definitions = new NodeDefinitions(registry);

    @Test
    void applyingAFileTwiceChangesNothingTheSecondTime() {
        var file = new DefinitionFile("nodes.yaml", """
                kind: EdgeNodes
                nodes:
                  - {id: gate-ord-1, url: "http://127.0.0.1:9901", domain: airports, interval: 10s}
                  - {id: gate-ord-2, domain: airports}
                """);

        assertThat(definitions.apply(List.of(file))).isEqualTo(new NodeRegistry.Registered(2, 0, 0));
        assertThat(definitions.apply(List.of(file))).isEqualTo(new NodeRegistry.Registered(0, 0, 2));
        assertThat(book.page("airports", 10, "").nodes())
                .extracting(state -> state.node().id())
                .containsExactly("gate-ord-1", "gate-ord-2");
    }

    @Test
    void aPlanSaysWhatWouldBeCreatedAndWhichFieldsWouldChangeAndRegistersNothing() {
        registry.register(List.of(Nodes.pushing("same"), Nodes.pushing("other")));
        var file = new DefinitionFile("nodes.yaml", """
                kind: EdgeNodes
                nodes:
                  - {id: new, domain: airports}
                  - {id: same, domain: airports}
                  - {id: other, url: "http://127.0.0.1:9901", domain: airports, interval: 20s}
                """);

        assertThat(definitions.plan(List.of(file)))
                .containsExactly(
                        new NodeRegistry.NodePlan("new", NodeRegistry.Change.CREATED, List.of()),
                        new NodeRegistry.NodePlan("same", NodeRegistry.Change.UNCHANGED, List.of()),
                        new NodeRegistry.NodePlan("other", NodeRegistry.Change.UPDATED, List.of("url", "interval")));
        assertThat(book.size()).isEqualTo(2);
        assertThat(definitions.apply(List.of(file))).isEqualTo(new NodeRegistry.Registered(1, 1, 1));
    }

    @Test
    void allFaultsOfAllFilesComeAtOnceWithTheirLines() {
        Refusal refusal = catchThrowableOfType(
                Refusal.class,
                () -> definitions.apply(List.of(
                        new DefinitionFile("a.yaml", """
                                kind: EdgeNodes
                                nodes:
                                  - {id: "a b", url: "http://169.254.169.254/", domain: airports}
                                  - {id: ok, domain: airports, intervall: 10s}
                                  - {id: ok, domain: airports, interval: 2d}
                                """),
                        new DefinitionFile("b.yaml", "kind: Pipeline\n"),
                        new DefinitionFile("c.yaml", "nodes: [\n"))));

        assertThat(refusal.reason()).isEqualTo(EdgeReason.INVALID_DEFINITION);
        assertThat(refusal.details())
                .extracting(Refusal.Detail::where)
                .contains("a.yaml:3", "a.yaml:4", "a.yaml:5", "b.yaml:1", "c.yaml:2");
        assertThat(refusal.details())
                .extracting(Refusal.Detail::what)
                .anyMatch(what -> what.contains("metadata"))
                .anyMatch(what -> what.contains("interval"));
        assertThat(book.size()).isZero();
    }

    @Test
    void moreThanTenThousandNodesAreRefusedAsAWhole() {
        List<NodeDraft> most = IntStream.range(0, NodeRegistry.MAX_NODES)
                .mapToObj(i -> Nodes.pushing("n" + i))
                .toList();
        registry.register(most);

        Refusal refusal = catchThrowableOfType(
                Refusal.class, () -> registry.register(List.of(Nodes.pushing("one-more"), Nodes.pushing("n1"))));

        assertThat(refusal.reason()).isEqualTo(EdgeReason.TOO_MANY_NODES);
        assertThat(registry.register(List.of(new NodeDraft("n1", "", "airports", Duration.ofSeconds(20)))))
                .isEqualTo(new NodeRegistry.Registered(0, 1, 0));
    }
}
