package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.definitions.DefinitionFile;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.ContractRegistry;
import io.millrace.inference.app.ContractWatch;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.PipelineAdministration.PipelineSummary;
import io.millrace.inference.app.PipelineAdministration.State;
import io.millrace.inference.app.PipelineControl;
import io.millrace.inference.app.PipelineKind;
import io.millrace.inference.app.StreamTelemetry;
import io.millrace.inference.app.definition.DefinitionApply.Change;
import io.millrace.inference.app.definition.DefinitionApply.Outcome;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.domain.Pipeline.ContractReference;
import io.millrace.inference.domain.ServiceEvent;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PipelineControlTest {
    private final Stage stage = new Stage();
    private final FakeRegistry registry = new FakeRegistry();
    private final List<PipelineControl> controls = new ArrayList<>();
    private final List<ServiceEvent> told = new CopyOnWriteArrayList<>();
    private final List<DefinitionCatalog> catalogs = new ArrayList<>();

    /** A registry in which a row that holds {@code "bad"} breaks the contract. */
    private static final class FakeRegistry implements ContractRegistry {
        volatile String away = "";

        @Override
        public Optional<String> whyUnknown(ContractReference contract, Duration deadline) {
            return away.isEmpty() ? Optional.empty() : Optional.of(away);
        }

        @Override
        public Verdict check(ContractReference contract, List<byte[]> rows, Duration deadline) {
            if (!away.isEmpty()) {
                return new Verdict.Unknown(away);
            }
            long bad = rows.stream()
                    .filter(row -> new String(row, java.nio.charset.StandardCharsets.UTF_8).contains("bad"))
                    .count();
            return new Verdict.Checked(bad, bad == 0 ? "" : "id: is bad");
        }
    }

    @AfterEach
    void close() {
        controls.forEach(PipelineControl::close);
        catalogs.forEach(DefinitionCatalog::close);
        stage.close();
    }

    @Test
    void aPipelineIsAppliedPausedResumedChangedAndRemovedAndGoesOnFromWhereItWas() {
        stage.makeInput(1);
        stage.send(0, 10);
        stage.flush();
        PipelineControl control = control(0);
        assertThat(apply(control, stage.yaml("")))
                .containsExactly(new Outcome(PipelineKind.KIND, stage.name, Change.CREATED, List.of()));
        assertThat(apply(control, stage.yaml("")))
                .containsExactly(new Outcome(PipelineKind.KIND, stage.name, Change.UNCHANGED, List.of()));
        until(() -> stage.outcomes() == 10);

        control.pause(stage.name);
        assertThat(summary(control).state()).isEqualTo(State.PAUSED);
        stage.awaitMembers(0);
        stage.send(10, 10);
        stage.flush();
        assertThat(apply(control, stage.yaml("missing: refuse")))
                .containsExactly(new Outcome(PipelineKind.KIND, stage.name, Change.UPDATED, List.of("missing")));
        assertThat(summary(control).state()).isEqualTo(State.PAUSED);
        assertThat(stage.outcomes()).isEqualTo(10);

        control.resume(stage.name);
        until(() -> stage.outcomes() == 20);
        String changed = stage.yaml("include-event: true");
        assertThat(apply(control, changed))
                .containsExactly(new Outcome(
                        PipelineKind.KIND, stage.name, Change.UPDATED, List.of("missing", "include-event")));
        stage.send(20, 10);
        stage.flush();
        until(() -> stage.outcomes() == 30);
        stage.assertExactlyOnce();
        assertThat(summary(control).predictions()).isEqualTo(30);
        assertThat(summary(control).pipeline().yaml()).isEqualTo(changed);

        control.remove(stage.name);
        stage.awaitMembers(0);
        assertThatThrownBy(() -> control.find(stage.name))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(InferenceReason.PIPELINE_NOT_FOUND));
        stage.send(30, 5);
        stage.flush();
        apply(control, stage.yaml(""));
        until(() -> stage.outcomes() == 35);
        stage.assertExactlyOnce();
        assertThat(told)
                .extracting(ServiceEvent::type)
                .containsExactly(
                        "io.millrace.pipeline.applied",
                        "io.millrace.pipeline.paused",
                        "io.millrace.pipeline.applied",
                        "io.millrace.pipeline.resumed",
                        "io.millrace.pipeline.applied",
                        "io.millrace.pipeline.removed",
                        "io.millrace.pipeline.applied");
        assertThat(told).allSatisfy(event -> assertThat(event.subject()).isEqualTo(stage.name));
    }

    @Test
    void aChangedFormatAndChangedOutputsGoOnFromTheCommittedOffset() throws Exception {
        stage.makeInput(1);
        stage.send(0, 10);
        stage.flush();
        PipelineControl control = control(0);
        apply(control, stage.yaml(""));
        until(() -> stage.outcomes() == 10);
        control.pause(stage.name);
        stage.awaitMembers(0);

        stage.bytes(Clicks.avro("a", 21));
        stage.bytes(Clicks.avro("b", 200));
        stage.flush();
        List<DefinitionFile> files =
                SchemaFieldsTest.files(stage.name, stage.input, stage.output, "avro", "none").stream()
                        .map(file -> new DefinitionFile(
                                file.path(),
                                file.content()
                                        .replace(
                                                "output: {topic: " + stage.output + "}",
                                                "outputs:\n  - {topic: " + stage.name
                                                        + ".high, when: \"prediction > 100.0\"}\n  - {topic: "
                                                        + stage.output + ", otherwise: true}")))
                        .toList();
        assertThat(control.apply(files)).singleElement().satisfies(outcome -> assertThat(outcome.fields())
                .contains("input.format", "key", "outputs"));
        control.resume(stage.name);
        until(() -> stage.committed(stage.name + ".high").size() == 1 && stage.outcomes() == 11);
        assertThat(stage.committedOffsets().values()).singleElement().satisfies(offset -> assertThat(offset.offset())
                .isEqualTo(12));
        assertThat(stage.committed(stage.deadLetters)).isEmpty();

        // And another replica reads the definition with its schema from the log alone.
        PipelineControl other = control(1);
        until(() -> other.whyNotCurrent() == null && other.list().stream().anyMatch(this::isOurs));
        assertThat(summary(other).pipeline()).isEqualTo(summary(control).pipeline());
    }

    @Test
    void whatWasAppliedSurvivesARestartAndOtherReplicasFollow() {
        stage.makeInput(2);
        PipelineControl first = control(0);
        apply(first, stage.yaml(""));
        PipelineControl second = control(1);
        until(() -> second.whyNotCurrent() == null && second.list().stream().anyMatch(this::isOurs));
        second.pause(stage.name);
        until(() -> summary(first).state() == State.PAUSED);
        first.close();
        second.close();

        PipelineControl restarted = control(0);
        until(() -> restarted.whyNotCurrent() == null);
        assertThat(summary(restarted).state()).isEqualTo(State.PAUSED);
        restarted.resume(stage.name);
        stage.send(0, 10);
        stage.flush();
        until(() -> stage.outcomes() == 10);
        stage.assertExactlyOnce();
        restarted.remove(stage.name);
    }

    @Test
    void faultyDefinitionsAreRefusedWholeWithEveryFault() {
        PipelineControl control = control(0);
        until(() -> control.whyNotCurrent() == null);
        var good = new DefinitionFile("good.yaml", stage.yaml(""));
        var bad = new DefinitionFile("bad.yaml", "kind: Pipeline\nname: X\n");

        assertThatThrownBy(() -> control.apply(List.of(good, bad))).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.reason()).isEqualTo(InferenceReason.INVALID_DEFINITION);
            assertThat(refusal.details()).hasSizeGreaterThan(3).allMatch(detail -> detail.where()
                    .startsWith("bad.yaml:"));
        });
        assertThat(control.plan(List.of(good), List.of()))
                .containsExactly(new Outcome(PipelineKind.KIND, stage.name, Change.CREATED, List.of()));
        assertThatThrownBy(() -> control.find(stage.name)).isInstanceOf(Refusal.class);
    }

    @Test
    void violationsOfTheInputsContractAreCountedAndAnAbsentRegistryIsSaid() {
        stage.makeInput(1);
        registry.away = "registry-service cannot be asked";
        PipelineControl control = control(0);
        apply(control, stage.yaml("  contract: {domain: d, name: n}"));
        stage.event("good", 1);
        stage.event("bad", 2);
        stage.flush();
        until(() -> summary(control).reason().equals("contract d/n: unknown, registry-service cannot be asked"));
        assertThat(summary(control).state()).isEqualTo(State.RUNNING);

        registry.away = "";
        stage.event("bad", 3);
        stage.flush();
        until(() -> summary(control).contractViolations() >= 1);
        until(() -> summary(control).reason().equals("contract d/n: broken, id: is bad"));
        until(() -> stage.outcomes() == 3);
        control.remove(stage.name);
    }

    private PipelineControl control(int ordinal) {
        var streams = new KafkaPipelineStreams(
                Stage.settings(ordinal, 100),
                new FakeScoring(Duration.ZERO),
                registry,
                new ContractWatch.Limits(Duration.ofMillis(50), 10, 1_000, Duration.ofSeconds(5)),
                StreamTelemetry.NONE,
                OpenTelemetry.noop(),
                Clock.systemUTC(),
                Optional.empty());
        DefinitionCatalog catalog = DefinitionCatalog.follow(
                TestBroker.bootstrapServers(), List.of(new PipelineKind((_, _, _) -> List.of())));
        catalogs.add(catalog);
        PipelineControl control = PipelineControl.start(catalog, streams, told::add);
        controls.add(control);
        return control;
    }

    private static List<Outcome> apply(PipelineControl control, String yaml) {
        until(() -> control.whyNotCurrent() == null);
        return control.apply(List.of(new DefinitionFile("p.yaml", yaml)));
    }

    private PipelineSummary summary(PipelineControl control) {
        return control.list().stream().filter(this::isOurs).findFirst().orElseThrow();
    }

    private boolean isOurs(PipelineSummary summary) {
        return summary.pipeline().name().equals(stage.name);
    }

    private static void until(BooleanSupplier condition) {
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(100))
                .until(condition::getAsBoolean);
    }
}
