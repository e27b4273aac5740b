package io.millrace.inference.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Yaml;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.deploy.Deployment.Arm;
import io.millrace.inference.domain.deploy.Deployment.Shadow;
import io.millrace.inference.domain.deploy.Deployment.Sticky;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeploymentReaderTest {
    private final Faults faults = new Faults();

    @Test
    void everyKeyIsRead() {
        Deployment read = read("""
                kind: Deployment
                name: flight-delay
                description: The second model on a tenth of the flights
                owner: ops@example.org
                arms:
                  - {name: stable, model: flight-delay, version: "1", weight: 90}
                  - {name: canary, model: flight-delay, version: "2", weight: 10}
                shadow:
                  - {name: next, model: flight-delay-next, sample: 12.5}
                sticky: {field: carrier}
                """);
        assertThat(faults.all()).isEmpty();
        assertThat(read.arms())
                .containsExactly(
                        new Arm("stable", new ModelReference("flight-delay", Optional.of("1")), 90),
                        new Arm("canary", new ModelReference("flight-delay", Optional.of("2")), 10));
        assertThat(read.shadows())
                .containsExactly(new Shadow("next", new ModelReference("flight-delay-next", Optional.empty()), 12.5));
        assertThat(read.sticky()).isEqualTo(new Sticky.Field("carrier"));
        assertThat(read.owner()).isEqualTo("ops@example.org");
    }

    @Test
    void oneArmNeedsNoWeightAndEachCallIsItsOwnByDefault() {
        Deployment read =
                read("kind: Deployment\nname: m\narms: [{name: only, model: m}]\nshadow: [{name: s, model: n}]\n");
        assertThat(faults.all()).isEmpty();
        assertThat(read.arms().getFirst().weight()).isEqualTo(100);
        assertThat(read.shadows().getFirst().sample()).isEqualTo(100);
        assertThat(read.sticky()).isEqualTo(new Sticky.Request());
    }

    @Test
    void everyFaultIsNamedWithItsLine() {
        read("""
                kind: Deployment
                name: "no spaces"
                arms:
                  - {name: a, model: m, weight: 60}
                  - {name: a, model: m, weight: 30}
                  - {name: B, model: m, weight: 1, wieght: 2}
                shadow:
                  - {name: s, model: m, sample: 101}
                sticky: sometimes
                stiky: entity
                """);
        assertThat(faults.all())
                .extracting(Fault::toString)
                .anySatisfy(fault -> assertThat(fault).startsWith("d.yaml:2").contains("name"))
                .anySatisfy(fault -> assertThat(fault).startsWith("d.yaml:5").contains("stands twice"))
                .anySatisfy(fault -> assertThat(fault).startsWith("d.yaml:6").contains("must be lower-case"))
                .anySatisfy(fault -> assertThat(fault).startsWith("d.yaml:6").contains("did you mean 'weight'"))
                .anySatisfy(fault -> assertThat(fault).startsWith("d.yaml:6").contains("must make 100, make 91"))
                .anySatisfy(fault -> assertThat(fault).startsWith("d.yaml:8").contains("0 to 100, was 101"))
                .anySatisfy(
                        fault -> assertThat(fault).startsWith("d.yaml:9").contains("request, entity or {field: name}"))
                .anySatisfy(fault -> assertThat(fault).startsWith("d.yaml:10").contains("did you mean 'sticky'"));
    }

    @Test
    void severalArmsNeedWeightsAndThereIsAtLeastOne() {
        read("kind: Deployment\nname: m\narms: [{name: a, model: m, weight: 100}, {name: b, model: m}]\n");
        read("kind: Deployment\nname: m\n");
        assertThat(faults.all())
                .extracting(Fault::message)
                .containsExactly(
                        "'weight' is missing: expected percent of the calls, 0 to 100",
                        "'arms' must name at least one model that answers");
    }

    private Deployment read(String yaml) {
        MapNode root =
                Yaml.documents(new DefinitionFile("d.yaml", yaml), faults).getFirst();
        root.string("kind");
        return DeploymentReader.read(root, yaml);
    }
}
