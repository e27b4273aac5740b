package io.millrace.inference.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Yaml;
import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.domain.Definition;
import io.millrace.inference.domain.deploy.Bandit;
import io.millrace.inference.domain.deploy.Bandit.Column;
import io.millrace.inference.domain.deploy.Bandit.Mixture;
import io.millrace.inference.domain.deploy.Bandit.Policy;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.deploy.Experiment;
import io.millrace.inference.domain.deploy.Experiment.Guard;
import io.millrace.inference.domain.deploy.Experiment.Rows;
import io.millrace.inference.domain.deploy.Measure;
import io.millrace.inference.domain.deploy.Measured;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.label.LabelStream.Task;
import io.millrace.inference.sample.LabelStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ExperimentReaderTest {
    private static final String ARMS = """
            kind: Deployment
            name: m
            arms:
              - {name: stable, model: m, version: "1", weight: 80}
              - {name: canary, model: m, version: "2", weight: 20}
            shadow: [{name: online, model: n}]
            """;

    private final Faults faults = new Faults();

    @Test
    void everyKeyOfAnExperimentIsRead() {
        Deployment read = read(ARMS + """
                experiment:
                  labels: clicks
                  champion: stable
                  challenger: online
                  objective: {measure: log-loss, minimum-effect: 0.002, bounds: [0, 4]}
                  guardrails: [{measure: accuracy, tolerance: 0.01}]
                  alpha: 0.01
                  rows: {minimum: 100, expected: 2000, maximum: 50_000}
                  decide: automatically
                """);
        assertThat(faults.all()).isEmpty();
        assertThat(read.experiment())
                .contains(new Experiment(
                        "clicks",
                        "stable",
                        "online",
                        new Measured(Measure.LOG_LOSS, 0, 4),
                        0.002,
                        List.of(new Guard(Measured.of(Measure.ACCURACY), 0.01)),
                        0.01,
                        new Rows(100, 2_000, 50_000),
                        true));
        assertThat(read.isPaired()).isTrue();
    }

    @Test
    void everyKeyOfABanditIsReadAndItsArmsNeedNoWeights() {
        Deployment read = read("""
                kind: Deployment
                name: m
                arms: [{name: a, model: m, version: "1"}, {name: b, model: m, version: "2"}]
                bandit:
                  labels: clicks
                  policy: linucb
                  context: ["v:a", x]
                  scale: {x: 0.001}
                  width: 0.5
                  reward: {measure: absolute-error, bounds: [0, 60]}
                  exploration: 0.1
                  seed: 7
                  policies: [{name: mostly-a, split: {a: 0.9, b: 0.1}}]
                """);
        assertThat(faults.all()).isEmpty();
        assertThat(read.bandit())
                .contains(new Bandit(
                        "clicks",
                        new Policy.LinUcb(List.of(new Column("v:a", 1), new Column("x", 0.001)), 0.5),
                        new Measured(Measure.ABSOLUTE_ERROR, 0, 60),
                        0.1,
                        7,
                        List.of(new Mixture("mostly-a", Map.of("a", 0.9, "b", 0.1)))));
        assertThat(read.arms()).extracting(Deployment.Arm::weight).containsExactly(50.0, 50.0);
    }

    @Test
    void everyFaultIsNamedWithItsLine() {
        read(ARMS + """
                experiment:
                  champion: stable
                  challenger: stable
                  objective: {measure: logloss, bounds: [4, 0]}
                  guardrails: [{measure: brier, tolerance: -1}]
                  alpha: 0.7
                  rows: {minimum: 10, maximum: 5}
                  decide: never
                  peek: true
                bandit:
                  labels: clicks
                  policy: greedy
                  reward: log-loss
                  policies: [{name: always-stable, split: {gone: 0.5}}]
                """);
        assertThat(lines())
                .containsEntry(8, "'labels' is missing: expected text")
                .containsEntry(9, "'stable' is the champion")
                .containsEntry(12, "'alpha' must lie between 0 and 0.5, was 0.7")
                .containsEntry(
                        15,
                        "unknown key 'peek'; known: [labels, champion, challenger, objective, guardrails,"
                                + " alpha, rows, decide]");
        assertThat(faults.all())
                .extracting(Fault::message)
                .anySatisfy(message -> assertThat(message).startsWith("'measure' must be one of [log-loss, brier,"))
                .anySatisfy(message -> assertThat(message).startsWith("'bounds' must be [lowest, highest]"))
                .contains("'tolerance' must be 0 or more, was -1.0")
                .anySatisfy(message -> assertThat(message).startsWith("'rows' must hold"))
                .anySatisfy(message -> assertThat(message).startsWith("'decide' must be one of"))
                .contains("'policy' must be thompson or linucb, was 'greedy'")
                .contains("a reward needs bounds: expected {measure: …, bounds: [lowest, highest]}")
                .contains("'always-stable' is taken")
                .contains("no arm is named 'gone'")
                .contains("the chances must make 1, make 0.5")
                .contains("a deployment has an experiment or a bandit, not both");
    }

    @Test
    void whatAnExperimentNamesMustBeThereAndFit() {
        String experiment = """
                experiment: {labels: clicks, champion: gone, challenger: nobody, objective: {measure: absolute-error}}
                """;
        assertThat(check(read(ARMS + experiment), LabelStreams.of("clicks", "p", new Task.Classification(0.5))))
                .containsExactly(
                        "experiment: no arm is named 'gone'",
                        "experiment: no arm or shadow is named 'nobody'",
                        "objective: absolute-error is not taken of labels that are classes");
        assertThat(check(read(ARMS + experiment.replace("clicks", "views"))))
                .contains("experiment: no labels are named 'views'");
        String fits =
                "experiment: {labels: clicks, champion: stable, challenger: canary, objective: {measure: brier}}\n";
        assertThat(check(read(ARMS + fits), LabelStreams.of("clicks", "p", new Task.Classification(0.5))))
                .isEmpty();
        assertThat(check(
                        read(ARMS + fits + "sticky: {field: carrier}\n"),
                        LabelStreams.of("clicks", "p", new Task.Classification(0.5))))
                .singleElement()
                .asString()
                .startsWith("experiment: calls stick to field 'carrier'");
        assertThat(faults.all()).isEmpty();
    }

    @Test
    void whatAnEndedExperimentLeavesIsADefinitionWithoutIt() {
        String split =
                "experiment: {labels: clicks, champion: stable, challenger: canary, objective: {measure: brier}}\n"
                        + "sticky: entity\n";
        Deployment before = read(ARMS + split);
        Deployment promoted =
                read(Settlement.PROMOTE.next(before, before.experiment().orElseThrow()));
        assertThat(promoted.arms()).singleElement().satisfies(arm -> assertThat(
                        arm.name() + " " + arm.model().version() + " " + arm.weight())
                .isEqualTo("stable Optional[2] 100.0"));
        assertThat(promoted.shadows()).isEqualTo(before.shadows());
        assertThat(promoted.sticky()).isEqualTo(before.sticky());
        Deployment back =
                read(Settlement.ROLL_BACK.next(before, before.experiment().orElseThrow()));
        assertThat(back.arms()).singleElement().satisfies(arm -> assertThat(
                        arm.name() + " " + arm.model().version() + " " + arm.weight())
                .isEqualTo("stable Optional[1] 100.0"));

        Deployment shadowed = read(ARMS + split.replace("canary", "online"));
        Deployment taken =
                read(Settlement.PROMOTE.next(shadowed, shadowed.experiment().orElseThrow()));
        assertThat(taken.arms().getFirst().model().name()).isEqualTo("n");
        assertThat(taken.arms()).extracting(Deployment.Arm::weight).containsExactly(80.0, 20.0);
        assertThat(taken.shadows()).isEmpty();
        assertThat(taken.experiment()).isEmpty();
        assertThat(faults.all()).isEmpty();
    }

    private List<String> check(Deployment deployment, LabelStream... labels) {
        var found = new ArrayList<String>();
        var byName = new TreeMap<String, Definition>();
        for (LabelStream stream : labels) {
            byName.put(stream.name(), stream);
        }
        new EvidenceCheck(
                        deployment,
                        new Definitions() {
                            @Override
                            public <D extends Definition> Map<String, D> all(Class<D> type) {
                                var all = new TreeMap<String, D>();
                                byName.forEach((name, each) -> {
                                    if (type.isInstance(each)) {
                                        all.put(name, type.cast(each));
                                    }
                                });
                                return all;
                            }
                        },
                        found::add)
                .check();
        return found;
    }

    private Map<Integer, String> lines() {
        var lines = new TreeMap<Integer, String>();
        faults.all().forEach(fault -> lines.putIfAbsent(fault.place().line(), fault.message()));
        return lines;
    }

    private Deployment read(String yaml) {
        MapNode root =
                Yaml.documents(new DefinitionFile("d.yaml", yaml), faults).getFirst();
        root.string("kind");
        return DeploymentReader.read(root, yaml);
    }
}
