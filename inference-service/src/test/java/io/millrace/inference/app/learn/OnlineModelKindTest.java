package io.millrace.inference.app.learn;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inference.domain.Definition;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.Pipeline.Missing;
import io.millrace.inference.sample.KnownDefinitions;
import io.millrace.inference.sample.LabelStreamsOf;
import io.millrace.inference.sample.Pipelines;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OnlineModelKindTest {
    private static final Pipeline PIPELINE = Pipelines.of(
                    Missing.IMPUTE,
                    Optional.empty(),
                    List.of("v:a"),
                    Map.of("x", FieldType.DOUBLE, "place", FieldType.STRING))
            .recording();

    private final OnlineModelKind kind = new OnlineModelKind();

    @Test
    void whatFitsFits() {
        assertThat(check("algorithm: logistic-regression", PIPELINE)).isEmpty();
    }

    @Test
    void labelsAndTheirPipelineMustBeThere() {
        var model = OnlineModels.of("algorithm: logistic-regression", "");
        assertThat(kind.check(model, KnownDefinitions.NONE, List.of())).containsExactly("no labels are named 'l'");
        assertThat(kind.check(
                        model, new KnownDefinitions(List.<Definition>of(LabelStreamsOf.key("l", "t"))), List.of()))
                .containsExactly("there is no pipeline 'p', which labels 'l' are of");
    }

    @Test
    void theAlgorithmIsOneForTheLabels() {
        assertThat(kind.check(
                        OnlineModels.withTexts("algorithm: linear-regression", "guard: {lowest: 0, highest: 9}"),
                        known(PIPELINE),
                        List.of()))
                .singleElement()
                .asString()
                .contains("linear-regression is for a regression");
    }

    @Test
    void columnsAreWhatThePipelineHasAndRecords() {
        Pipeline other = Pipelines.of(
                Missing.IMPUTE,
                Optional.empty(),
                List.of("v:b"),
                Map.of("xx", FieldType.DOUBLE, "place", FieldType.STRING));
        List<String> faults = check("algorithm: logistic-regression", other);
        assertThat(faults)
                .anySatisfy(fault -> assertThat(fault).contains("does not read feature 'v:a'"))
                .anySatisfy(fault -> assertThat(fault).contains("has no request field 'x'"))
                .anySatisfy(fault -> assertThat(fault).contains("must say 'record-vector: true'"));
    }

    private List<String> check(String learner, Pipeline pipeline) {
        return kind.check(OnlineModels.withTexts(learner, ""), known(pipeline), List.of());
    }

    private static KnownDefinitions known(Pipeline pipeline) {
        var all = new ArrayList<Definition>();
        all.add(pipeline);
        all.add(LabelStreamsOf.key("l", "t"));
        return new KnownDefinitions(all);
    }
}
