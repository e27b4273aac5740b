package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.data.Offset.offset;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.definitions.DefinitionFile;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.PipelineKind;
import io.millrace.inference.app.batch.PastCells;
import io.millrace.inference.app.batch.PastFeatures;
import io.millrace.inference.app.batch.PlannedViews;
import io.millrace.inference.app.definition.DefinitionApply;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.deploy.DeploymentKind;
import io.millrace.inference.app.explain.Backgrounds;
import io.millrace.inference.app.plan.ContractCheck.Issue;
import io.millrace.inference.app.plan.ContractCheck.Rules;
import io.millrace.inference.app.plan.PlanReport;
import io.millrace.inference.app.plan.PlanReport.ContractReport;
import io.millrace.inference.app.plan.PlanReport.Example;
import io.millrace.inference.app.plan.PlanReport.FlipsAt;
import io.millrace.inference.app.plan.PlanReport.Kind;
import io.millrace.inference.app.plan.PlanReport.PipelineReport;
import io.millrace.inference.app.plan.PlanReport.Rule;
import io.millrace.inference.app.plan.ReplayPlanJob;
import io.millrace.inference.app.plan.ReplayPlans;
import io.millrace.inference.app.plan.ReplayReports;
import io.millrace.inference.app.plan.ReplaySpec;
import io.millrace.inference.app.plan.ReplaySpec.PlannedContract;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.engine.OnnxEngine;
import io.millrace.inference.files.DuckDbRowFiles;
import io.millrace.inference.sample.KnownFeatures;
import io.millrace.inference.sample.KnownServices;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.inference.sample.Scorings;
import io.millrace.inference.store.ModelFolder;
import io.millrace.inference.telemetry.InferenceMetrics;
import io.millrace.jobs.Job;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobLimits;
import io.millrace.jobs.JobMeter;
import io.millrace.jobs.JobReasons;
import io.millrace.jobs.Jobs;
import io.millrace.jobs.store.JobFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plans replayed on what a real stream with a real model recorded; only the features come from a test's memory. Users u0 to u29; x is i / 30; v:a is missing of every third. */
class ReplayPlanTest {
    private static final int EVENTS = 30;

    private final Path folder = folder();
    private final Stage stage = new Stage();
    private final KnownFeatures features = new KnownFeatures();
    private final History history = new History();
    private PlannedViews views = PlannedViews.NONE;
    private List<PlannedContract> contracts = List.of();
    private final ModelFolder repository = new ModelFolder(folder.resolve("models"), 1 << 20);
    private final ModelCatalog models = new ModelCatalog(repository, new OnnxEngine());
    private final DefinitionCatalog definitions = DefinitionCatalog.follow(
            TestBroker.bootstrapServers(),
            List.of(
                    new PipelineKind((_, _, _) -> List.of()),
                    new DeploymentKind(models, (_, _, _) -> List.of(), _ -> {}, Clock.systemUTC())));
    private final DefinitionApply apply = new DefinitionApply(definitions);
    private final ReplayReports reports = new ReplayReports();
    private final Jobs jobs = jobs();
    private final ReplayPlans plans = new ReplayPlans(apply, jobs, reports);

    /** Feature v:b of a user is the number in its name. */
    private static final class History implements PastFeatures {
        private volatile List<String> asked = List.of();
        private volatile boolean away;
        private volatile List<String> gaps = List.of();
        private volatile PlannedViews planned = PlannedViews.NONE;

        @Override
        public long maxBytes() {
            return 1_000;
        }

        @Override
        public List<String> write(Asked request, Path into, JobContext context) {
            if (away) {
                throw new Refusal(InferenceReason.FEATURE_NOT_FOUND, "view 'v' has no feature 'b'");
            }
            asked = request.features();
            try (var connection = DriverManager.getConnection("jdbc:duckdb:");
                    var statement = connection.createStatement()) {
                statement.execute("""
                        COPY (SELECT *, TRY_CAST(substr(key_0, 2) AS DOUBLE) AS v__b, 'PRESENT' AS v__b__status,
                        make_timestamp(as_of - 5) AS v__b__event_time
                        FROM read_parquet('%s') ORDER BY row_number) TO '%s' (FORMAT parquet)
                        """.formatted(request.rows(), into));
                planned = request.planned();
                return gaps;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("replay-plan");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Jobs jobs() {
        var handler = new ReplayPlanJob(
                new ReplayPlanJob.Parts(
                        apply,
                        new KafkaRecordedEvents(Stage.settings(0, 100), Optional.empty()),
                        new PastCells(new DuckDbRowFiles(64 << 20, 1 << 30), history, Duration.ofSeconds(5)),
                        this::validated,
                        KnownServices.NONE,
                        KnownServices.NONE.wanted(),
                        models,
                        repository,
                        new OnnxEngine(),
                        Scorings.explaining(Backgrounds.NONE),
                        new InferenceMetrics(new SimpleMeterRegistry()),
                        folder.resolve("work"),
                        7,
                        Duration.ofSeconds(30),
                        Clock.systemUTC()),
                reports);
        return new Jobs(
                () -> Stream.of(handler),
                new JobFolder(folder.resolve("jobs")),
                new JobLimits(1, 10, 100, Duration.ofDays(1)),
                new JobReasons(
                        InferenceReason.TOO_MANY_JOBS, InferenceReason.JOB_NOT_FOUND, InferenceReason.INVALID_REQUEST),
                Clock.systemUTC(),
                JobMeter.NONE);
    }

    /** The registered contract wants an {@code at}; a document names the greatest {@code x} that it allows. */
    private Optional<List<Issue>> validated(Rules rules, List<byte[]> rows, Duration deadline) {
        var broken = new ArrayList<String>();
        for (byte[] row : rows) {
            JsonNode json = parsed(row);
            if (rules instanceof Rules.Document(String greatest)
                    ? json.path("x").asDouble() > Double.parseDouble(greatest)
                    : !json.has("at")) {
                broken.add(json.toString());
            }
        }
        return Optional.of(
                broken.isEmpty()
                        ? List.of()
                        : List.of(
                                rules instanceof Rules.Document
                                        ? new Issue("maximum", "x", "is too large", broken.size(), broken)
                                        : new Issue("required", "at", "is missing", broken.size(), broken)));
    }

    private static JsonNode parsed(byte[] row) {
        try {
            return new ObjectMapper().readTree(row);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String yaml(String model, String features, String request, String more) {
        return """
                kind: Pipeline
                name: %s
                input: {topic: %s, timestamp: {field: at, unit: ms}}
                key: id
                entity: {user_id: id}
                request: %s
                features: %s
                missing: impute
                model: %s
                output: {topic: %s}
                %s
                """.formatted(stage.name, stage.input, request, features, model, stage.output, more);
    }

    private String yaml(String more) {
        return yaml("{name: m}", "[\"v:a\"]", "{x: double}", more);
    }

    @BeforeEach
    void predict() throws InterruptedException {
        ModelFiles.publish(folder.resolve("models"), "m", "1", OnnxModels.linear(0, 0, 1), ModelFiles.TWO_COLUMNS);
        models.refresh();
        stage.makeInput(2);
        for (int i = 0; i < EVENTS; i++) {
            if (i % 3 != 0) {
                features.with("v:a", "u" + i, i / 7.0, 1_000L + i);
            }
            stage.raw("u" + i, "{\"id\":\"u%d\",\"at\":1700000000000,\"x\":%s}".formatted(i, i / 30.0));
        }
        stage.raw("bad", "{\"id\":\"bad\",\"x\":1.0}");
        stage.raw("half", "{\"id\":\"half\",\"at\":1700000000000,\"y\":0.75}");
        stage.flush();
        assertThat(definitions.awaitCurrent(Duration.ofSeconds(40))).isTrue();
        apply.apply(List.of(new DefinitionFile("p.yaml", yaml(""))));
        Pipeline pipeline = definitions.find(Pipeline.class, stage.name).orElseThrow();
        var scoring = Scorings.of(
                models, KnownServices.NONE.wanted(), features, new InferenceMetrics(new SimpleMeterRegistry()));
        var stream = stage.start(pipeline, Stage.settings(0, 100), scoring);
        await().atMost(Duration.ofSeconds(60)).until(() -> stage.outcomes() == EVENTS + 2);
        stage.stop(stream);
    }

    @AfterEach
    void close() {
        definitions.remove(new PipelineKind((_, _, _) -> List.of()), stage.name);
        jobs.close();
        definitions.close();
        stage.close();
    }

    private PlanReport replay(Map<String, String> versions, int rows, String... yaml) {
        List<DefinitionFile> files = Stream.of(yaml)
                .map(text -> new DefinitionFile("planned.yaml", text))
                .toList();
        var spec = new ReplaySpec(files, List.of(), views, contracts, versions, Duration.ofHours(24), rows, 1);
        String job = plans.start(spec).id();
        await().atMost(Duration.ofSeconds(60)).until(() -> jobs.get(job).state().isFinal());
        assertThat(jobs.get(job).state()).as(jobs.get(job).message()).isEqualTo(Job.State.DONE);
        return plans.report(job);
    }

    private PipelineReport one(PlanReport report) {
        return report.pipelines().stream()
                .filter(each -> each.pipeline().equals(stage.name))
                .findFirst()
                .orElseThrow();
    }

    private static long count(PipelineReport report, Kind kind) {
        return report.result().counts().getOrDefault(kind, 0L);
    }

    @Test
    void theSameModelUnderAnAddedAlertSaysWhichAlertsWouldHaveBeenRaisedAndChangesNothing() {
        int before = stage.committed(stage.output).size();

        PipelineReport report =
                one(replay(Map.of(), 1_000, yaml("alert: {when: \"prediction > 0.81\", severity: info}")));

        assertThat(report.failure()).isEmpty();
        assertThat(report.reasons()).containsExactly("it changes alert");
        assertThat(report.volume().events()).isEqualTo(EVENTS + 2);
        assertThat(report.volume().recordedCells()).isEqualTo(EVENTS);
        // Of the event that became a dead letter nothing is recorded.
        assertThat(report.volume().computedCells()).isEqualTo(1);
        var result = report.result();
        assertThat(result.recorded().predictions()).isEqualTo(EVENTS);
        assertThat(result.recorded().dead()).isEqualTo(2);
        assertThat(result.unanswered()).isZero();
        assertThat(result.planned().predictions()).isEqualTo(EVENTS);
        assertThat(result.planned().dead()).isEqualTo(2);
        assertThat(result.reasons()).containsOnlyKeys("MISSING_TIMESTAMP", "MISSING_FIELD");
        assertThat(result.compared()).isEqualTo(EVENTS);
        assertThat(result.different()).isZero();
        assertThat(result.difference().orElseThrow().max()).isZero();
        assertThat(result.flipsAt()).isEqualTo(FlipsAt.ALERT);
        // x of 25 to 29 thirtieths is above 0.81.
        assertThat(count(report, Kind.FLIP)).isEqualTo(5);
        assertThat(count(report, Kind.ALERT_GAINED)).isEqualTo(5);
        assertThat(count(report, Kind.ALERT_LOST)).isZero();
        assertThat(result.recorded().alerts()).isZero();
        assertThat(result.planned().alerts()).isEqualTo(5);
        assertThat(result.examples()).extracting(Example::key).contains("u25", "u29");
        assertThat(report.times().rate(report.volume().events())).isPositive();
        assertThat(stage.committed(stage.output)).hasSize(before);
        assertThat(definitions.find(Pipeline.class, stage.name).orElseThrow().alert())
                .isEmpty();
    }

    @Test
    void aVersionThatDoesNotServeAnswersInPlaceOfTheOneThatDoes() {
        // Planned is 1 - x: all but x = 1/2 come to the other side of a half.
        ModelFiles.publish(folder.resolve("models"), "m", "2", OnnxModels.linear(1, 0, -1), ModelFiles.TWO_COLUMNS);

        PipelineReport report = one(replay(Map.of("m", "2"), 1_000));

        assertThat(report.failure()).isEmpty();
        assertThat(report.reasons()).containsExactly("model m is version 2");
        var result = report.result();
        assertThat(result.flipsAt()).isEqualTo(FlipsAt.HALF);
        assertThat(result.recorded().models()).isEqualTo(Map.of("m 1", (long) EVENTS));
        assertThat(result.planned().models()).isEqualTo(Map.of("m 2", (long) EVENTS));
        assertThat(count(report, Kind.FLIP)).isEqualTo(EVENTS - 1);
        assertThat(result.different()).isEqualTo(EVENTS - 1);
        assertThat(result.examples().getFirst().key()).isEqualTo("u0");
        assertThat(result.examples()).hasSize(5);
        var difference = result.difference().orElseThrow();
        assertThat(difference.max()).isEqualTo(1);
        assertThat(difference.min()).isCloseTo(1 - 58 / 30.0, offset(1e-6));
        assertThat(models.serving("m")).containsExactly("1");
    }

    @Test
    void aFeatureThatWasNotReadThenIsAskedAsOfThePast() {
        ModelFiles.publish(
                folder.resolve("models"),
                "b",
                "1",
                OnnxModels.linear(0, 1, 0),
                ModelFiles.TWO_COLUMNS.replace("v:a", "v:b"));

        PipelineReport report = one(replay(Map.of(), 1_000, yaml("{name: b}", "[\"v:b\"]", "{x: double}", "")));

        assertThat(report.failure()).isEmpty();
        assertThat(history.asked).containsExactly("v:b");
        assertThat(report.volume().computedCells()).isEqualTo(EVENTS + 1);
        assertThat(report.result().compared()).isEqualTo(EVENTS);
        // The prediction is the number in the user's name.
        assertThat(report.result().difference().orElseThrow().max()).isCloseTo(29 - 29 / 30.0, offset(1e-5));

        history.away = true;
        PipelineReport failed = one(replay(Map.of(), 1_000, yaml("{name: b}", "[\"v:b\"]", "{x: double}", "")));
        assertThat(failed.failure()).contains("has no feature 'b'");
    }

    @Test
    void featuresOfAViewThatIsPlannedAreComputedWhateverWasRecorded() {
        ModelFiles.publish(
                folder.resolve("models"),
                "b",
                "1",
                OnnxModels.linear(0, 1, 0),
                ModelFiles.TWO_COLUMNS.replace("v:a", "v:b"));
        views = new PlannedViews(List.of(new DefinitionFile("v.yaml", "the view")), Set.of("v@v2"));
        history.gaps = List.of("events of v@v2 are gone");

        PipelineReport report = one(replay(Map.of(), 1_000));

        assertThat(report.failure()).isEmpty();
        assertThat(report.reasons()).containsExactly("it reads v:a, whose view is new or changes");
        assertThat(report.volume().recordedCells()).isZero();
        assertThat(report.volume().computedCells()).isEqualTo(EVENTS + 1);
        assertThat(history.asked).containsExactly("v:a");
        assertThat(history.planned).isEqualTo(views);
        assertThat(report.notes()).contains("events of v@v2 are gone");
    }

    @Test
    void theEventsOfATopicAreValidatedWithTheContractOfTodayAndThePlannedOne() {
        var reference = new Pipeline.ContractReference("d", "c");
        contracts = List.of(
                new PlannedContract(reference, "0.9"),
                new PlannedContract(new Pipeline.ContractReference("d", "unread"), "1"));
        String under = yaml("").replace(
                        "{topic: " + stage.input + ",", "{topic: " + stage.input + ", contract: {domain: d, name: c},");

        List<ContractReport> reports = replay(Map.of(), 1_000, under).contracts();

        assertThat(reports).hasSize(2);
        ContractReport report = reports.getFirst();
        assertThat(report.failure()).isEmpty();
        assertThat(report.contract()).isEqualTo(reference);
        assertThat(report.topic()).isEqualTo(stage.input);
        assertThat(report.events()).isEqualTo(EVENTS + 2);
        assertThat(report.unreadable()).isZero();
        // x of 28 and 29 thirtieths and the 1.0 of the event without a time are above 0.9.
        assertThat(report.rules())
                .extracting(Rule::check, Rule::column, Rule::recorded, Rule::planned)
                .containsExactly(tuple("required", "at", 1L, 0L), tuple("maximum", "x", 0L, 3L));
        assertThat(report.rules().getFirst().examples()).hasSize(1);
        assertThat(reports.getLast().topic()).isEmpty();
        assertThat(reports.getLast().notes()).containsExactly("no pipeline reads a topic under this contract");
    }

    @Test
    void deadLettersThatAreGainedAndLostAreToldApart() {
        ModelFiles.publish(
                folder.resolve("models"),
                "y",
                "1",
                OnnxModels.linear(0, 0, 1),
                ModelFiles.TWO_COLUMNS.replace("request: x", "request: y"));

        PipelineReport report = one(replay(Map.of(), 1_000, yaml("{name: y}", "[\"v:a\"]", "{y: double}", "")));

        assertThat(report.failure()).isEmpty();
        assertThat(count(report, Kind.DEAD_GAINED)).isEqualTo(EVENTS);
        assertThat(count(report, Kind.DEAD_LOST)).isEqualTo(1);
        assertThat(report.result().compared()).isZero();
        assertThat(report.result().planned().dead()).isEqualTo(EVENTS + 1);
    }

    @Test
    void aDeploymentThatIsPlannedSplitsTheEventsAndItsPipelineIsTouched() {
        ModelFiles.publish(folder.resolve("models"), "m", "2", OnnxModels.linear(1, 0, -1), ModelFiles.TWO_COLUMNS);

        PipelineReport report = one(replay(Map.of(), 1_000, """
                kind: Deployment
                name: m
                arms:
                  - {name: stable, model: m, version: "1", weight: 50}
                  - {name: canary, model: m, version: "2", weight: 50}
                """));

        assertThat(report.failure()).isEmpty();
        assertThat(report.reasons()).containsExactly("deployment m is new");
        Map<String, Long> by = report.result().planned().models();
        assertThat(by).containsOnlyKeys("m 1", "m 2");
        long second = by.getOrDefault("m 2", 0L);
        assertThat(second).isBetween(5L, 25L);
        assertThat(report.result().different()).isBetween(second - 1, second);
    }

    @Test
    void moreEventsThanRowsAreSampledAndANewPipelineHasNothingRecorded() {
        String other = yaml("").replace("name: " + stage.name, "name: other-" + stage.name);

        PlanReport report = replay(Map.of(), 10, yaml("missing: refuse").replace("missing: impute\n", ""), other);

        PipelineReport changed = one(report);
        assertThat(changed.volume().events()).isBetween(5L, 10L);
        assertThat(changed.notes()).anyMatch(note -> note.startsWith("a sample of 10 of "));
        PipelineReport fresh = report.pipelines().stream()
                .filter(each -> each.pipeline().equals("other-" + stage.name))
                .findFirst()
                .orElseThrow();
        assertThat(fresh.reasons()).containsExactly("it is new");
        assertThat(fresh.notes()).contains("nothing is recorded: the pipeline is new");
        assertThat(fresh.result().compared()).isZero();
        assertThat(fresh.result().unanswered()).isEqualTo(fresh.volume().events());
    }

    @Test
    void whatIsWrongWithAPlanIsRefusedAtOnceAndWhatCannotBeReplayedIsSaid() {
        assertThatThrownBy(() -> replay(Map.of(), 10, "kind: Pipeline\nname: x\n"))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(InferenceReason.INVALID_DEFINITION));
        assertThatThrownBy(() -> replay(Map.of(), 0)).isInstanceOf(Refusal.class);

        PipelineReport report = one(replay(Map.of("m", "9"), 10));

        assertThat(report.failure()).contains("model 'm' version '9' is no longer in the repository");
    }
}
