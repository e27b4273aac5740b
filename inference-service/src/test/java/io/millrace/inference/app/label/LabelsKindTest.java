package io.millrace.inference.app.label;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.inference.app.definition.DefinitionReader;
import io.millrace.inference.app.definition.DefinitionReader.Placed;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.Pipeline.Missing;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.label.LabelStream.Join;
import io.millrace.inference.domain.label.LabelStream.Task;
import io.millrace.inference.domain.label.LabelStream.Window;
import io.millrace.inference.sample.KnownDefinitions;
import io.millrace.inference.sample.Pipelines;
import io.millrace.inference.sample.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabelsKindTest {
    private static final String WHOLE = """
            kind: Labels
            name: flight-delay
            pipeline: p
            input: {topic: arrivals, timestamp: {field: at, unit: ms}}
            label: "delay > 15.0"
            fields: {delay: double}
            join: {key: flight_id}
            delay: 24h
            source: gate
            task: {classification: {threshold: 0.3}}
            windows: [1h, 7d]
            """;

    private final Faults faults = new Faults();
    private final LabelsKind kind = new LabelsKind(Settings.with(Map.of()));

    @Test
    void everyKeyIsRead() {
        LabelStream labels = read(WHOLE);

        assertThat(faults.all()).isEmpty();
        assertThat(labels.input().topic()).isEqualTo("arrivals");
        assertThat(labels.fields()).containsExactly(Map.entry("delay", FieldType.DOUBLE));
        assertThat(labels.join()).isEqualTo(new Join.Key("flight_id"));
        assertThat(labels.delay()).isEqualTo(Duration.ofHours(24));
        assertThat(labels.source()).isEqualTo("gate");
        assertThat(labels.task()).isEqualTo(new Task.Classification(0.3));
        assertThat(labels.windows())
                .containsExactly(new Window("1h", Duration.ofHours(1)), new Window("7d", Duration.ofDays(7)));
        assertThat(kind.check(labels, known(), List.of())).isEmpty();
    }

    @Test
    void regressionTakesANumberOfAnyKindAndHasAQuantile() {
        LabelStream labels = read(WHOLE.replace("delay > 15.0", "delay / 60.0")
                .replace("classification: {threshold: 0.3}", "regression: {quantile: 0.9}"));

        assertThat(faults.all()).isEmpty();
        assertThat(labels.task()).isEqualTo(new Task.Regression(0.9));
        LabelExpression expression = LabelExpression.of(labels);
        assertThat(expression.of(Map.of("delay", 90L))).hasValue(1.5);
        assertThat(expression.of(Map.of("delay", "late"))).isEmpty();
        assertThat(expression.of(Map.of())).isEmpty();
    }

    @Test
    void aConditionOverAFieldThatIsMissingIsNoLabel() {
        LabelExpression expression = LabelExpression.of(read(WHOLE));

        assertThat(expression.of(Map.of("delay", 16.0))).hasValue(1);
        assertThat(expression.of(Map.of("delay", 15.0))).hasValue(0);
        assertThat(expression.of(Map.of())).isEmpty();
    }

    @Test
    void everyFaultIsNamedWithItsLine() {
        read("""
                kind: Labels
                name: Flight Delay
                pipelin: p
                input: {topic: "a b", timestamp: {field: at, unit: hours}}
                label: "dela > 15.0"
                fields: {delay: double}
                join: {key: id, entity: {user_id: user}}
                delay: 0s
                task: {classification: {threshold: 2}}
                windows: [1h, 60m, 1s]
                """);

        assertThat(faults.all().stream().map(Fault::toString))
                .anyMatch(fault -> fault.contains("l.yaml:2") && fault.contains("name"))
                .anyMatch(fault -> fault.contains("l.yaml:3") && fault.contains("did you mean 'pipeline'"))
                .anyMatch(fault -> fault.contains("l.yaml:4") && fault.contains("topic"))
                .anyMatch(fault -> fault.contains("l.yaml:4") && fault.contains("unit"))
                .anyMatch(fault -> fault.contains("l.yaml:5") && fault.contains("did you mean 'delay'"))
                .anyMatch(fault -> fault.contains("l.yaml:7") && fault.contains("either 'key' or 'entity'"))
                .anyMatch(fault -> fault.contains("l.yaml:8") && fault.contains("above zero"))
                .anyMatch(fault -> fault.contains("l.yaml:9") && fault.contains("0 to 1"))
                .anyMatch(fault -> fault.contains("l.yaml:10") && fault.contains("stands twice"))
                .anyMatch(fault -> fault.contains("l.yaml:10") && fault.contains("from 1m"));
    }

    @Test
    void whatDoesNotFitThePipelineIsNamedWhereItStands() {
        String yaml = "# before\n---\n"
                + WHOLE.replace("topic: arrivals", "topic: out")
                        .replace("{key: flight_id}", "{entity: {user_i: user}}");
        Placed placed = placed(yaml);
        kind.check((LabelStream) placed.definition(), placed.place(), known(), List.of(), faults);

        assertThat(faults.all().stream().map(Fault::toString))
                .anyMatch(fault -> fault.contains("l.yaml:6") && fault.contains("writes its predictions to 'out'"))
                .anyMatch(fault -> fault.contains("l.yaml:9") && fault.contains("did you mean 'user_id'"));
    }

    @Test
    void aPipelineThatIsNotThereIsNamedWithTheNearest() {
        Placed placed = placed(WHOLE.replace("pipeline: p", "pipeline: q"));
        kind.check((LabelStream) placed.definition(), placed.place(), known(), List.of(), faults);

        assertThat(faults.all()).singleElement().satisfies(fault -> assertThat(fault.toString())
                .contains("l.yaml:3", "there is no pipeline 'q'", "'p'"));
    }

    @Test
    void theSameLabelsAreNotReadTwice() {
        LabelStream labels = read(WHOLE);
        LabelStream twin = read(WHOLE.replace("name: flight-delay", "name: twin"));
        var all = new KnownDefinitions(List.of(Pipelines.of(Missing.IMPUTE), labels, twin));

        assertThat(kind.check(twin, all, List.of())).singleElement().satisfies(fault -> assertThat(fault)
                .contains("labels 'flight-delay' already reads 'arrivals'"));
    }

    @Test
    void differencesAreNamedByField() {
        LabelStream before = read(WHOLE);
        LabelStream after = read(WHOLE.replace("24h", "48h").replace("0.3", "0.4"));

        assertThat(kind.differences(before, after)).containsExactly("delay", "task");
        assertThat(kind.differences(before, before)).isEmpty();
    }

    private static KnownDefinitions known() {
        return new KnownDefinitions(List.of(Pipelines.of(Missing.IMPUTE)));
    }

    private LabelStream read(String yaml) {
        return (LabelStream) placed(yaml).definition();
    }

    private Placed placed(String yaml) {
        return DefinitionReader.read(List.of(new DefinitionFile("l.yaml", yaml)), List.of(kind), faults)
                .getFirst();
    }
}
