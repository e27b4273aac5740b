package io.millrace.local.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.backing.Checkout;
import io.millrace.definitions.InvalidDefinitionException;
import io.millrace.local.platform.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefinitionFolderTest {
    @TempDir
    Path folder;

    @Test
    void bothExamplesCanBeRead() {
        DefinitionFolder flights = DefinitionFolder.read(Checkout.root().resolve("examples/flights"));
        assertThat(flights.topics()).extracting(Topics.Topic::name).contains("flights.departures.v1");
        assertThat(flights.contracts()).hasSize(3);
        assertThat(flights.featureViews()).hasSize(7);
        assertThat(flights.project()).isEqualTo("flights");
        assertThat(flights.pipelines()).hasSize(1);
        assertThat(flights.edgeNodes()).hasSize(4).first().satisfies(node -> {
            assertThat(node.id()).isEqualTo("gate-ord");
            assertThat(node.interval()).isEqualTo(Duration.ofSeconds(5));
        });
        DefinitionFolder shop = DefinitionFolder.read(Checkout.root().resolve("examples/shop"));
        assertThat(shop.featureViews()).hasSize(5);
        assertThat(shop.edgeNodes()).isEmpty();
    }

    @Test
    void everyFaultOfTopicsAndNodesIsNamedWithFileAndLine() throws IOException {
        Files.writeString(folder.resolve("topics.yaml"), """
                kind: Topics
                topics:
                  - {name: "no spaces", partitions: 4}
                  - {name: a, partitions: 0}
                  - {name: b, partitons: 1}
                  - {name: b}
                """);
        Files.writeString(folder.resolve("edge-nodes.yaml"), """
                kind: EdgeNodes
                nodes:
                  - {id: a, url: "ftp://x", domain: d}
                  - {id: "a b", domain: d, interval: 2d}
                """);
        assertThatThrownBy(() -> DefinitionFolder.read(folder))
                .isInstanceOfSatisfying(InvalidDefinitionException.class, invalid -> assertThat(invalid.faults())
                        .extracting(Object::toString)
                        .anySatisfy(fault -> assertThat(fault).contains("topics.yaml:3", "name"))
                        .anySatisfy(fault -> assertThat(fault).contains("topics.yaml:4", "1 to 1000"))
                        .anySatisfy(fault -> assertThat(fault).contains("topics.yaml:5", "did you mean 'partitions'"))
                        .anySatisfy(fault -> assertThat(fault).contains("topics.yaml:6", "twice"))
                        .anySatisfy(fault -> assertThat(fault).contains("edge-nodes.yaml:3", "http"))
                        .anySatisfy(fault -> assertThat(fault).contains("edge-nodes.yaml:4", "'id'"))
                        .anySatisfy(fault -> assertThat(fault).contains("edge-nodes.yaml:4", "interval")));
    }

    @Test
    void aFolderWithoutDefinitionsIsAWrongCommandLine() {
        assertThatThrownBy(() -> DefinitionFolder.read(folder))
                .isInstanceOfSatisfying(CommandFailure.class, failure -> assertThat(failure.exitCode())
                        .isEqualTo(CommandFailure.USAGE));
        assertThatThrownBy(() -> DefinitionFolder.read(folder.resolve("none"))).hasMessageContaining("not a folder");
    }
}
