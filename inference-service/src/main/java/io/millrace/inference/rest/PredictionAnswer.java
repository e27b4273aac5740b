package io.millrace.inference.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.inference.app.Predictions;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoredBatch.Assigned;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.deploy.Choice;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Predictions in the order of the rows, and the model version that made them all; where a deployment splits the model, the first row's.
 *
 * @param id the request's; absent where it has none
 * @param complete whether the features held all that was in their topics; false where that was not asked for
 * @param featureService the feature service whose features were read, {@code name@version} or the name alone; absent where the pipeline lists them
 */
@RegisterForReflection
public record PredictionAnswer(
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String id,
        List<Row> predictions,
        Model model,
        boolean complete,

        @JsonProperty("feature_service") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        String featureService) {
    /** The version that scored; {@code digest} is the SHA-256 of its file. */
    @RegisterForReflection
    public record Model(String name, String version, String digest) {}

    /**
     * One row's prediction.
     *
     * @param eventTimes event time by feature, RFC 3339; absent where the feature was imputed
     * @param imputed features whose declared value stood in
     * @param vector what the model took, in the form of the Open Inference Protocol's inputs; absent where the pipeline does not say {@code record-vector}
     * @param novelty the share of the model's reference that is less unlike the rest of it than this row is; absent where the pipeline does not say {@code novelty} or the model brings no reference
     * @param deployment the arm that answered; absent where no deployment splits the model
     * @param contributions of its columns; absent where they were not asked for
     */
    @RegisterForReflection
    public record Row(
            double prediction,
            Map<String, Object> entity,
            @JsonProperty("event_times") Map<String, String> eventTimes,
            List<String> imputed,

            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Input> vector,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Double novelty,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Deployment deployment,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            ContributionsAnswer contributions) {}

    /**
     * The arm that a row went to.
     *
     * @param share the probability with which it was chosen
     */
    @RegisterForReflection
    public record Deployment(String name, long revision, String arm, double share, Model model) {}

    /** What an input of the model took: a row of as many columns as {@code data} has. */
    @RegisterForReflection
    public record Input(String name, String datatype, List<Integer> shape, List<Object> data) {}

    static PredictionAnswer of(Predictions.Answer answer, String id) {
        return new PredictionAnswer(
                id,
                IntStream.range(0, answer.rows().size())
                        .mapToObj(row -> row(
                                answer.rows().get(row),
                                answer.assigned().isEmpty()
                                        ? null
                                        : deployment(answer.assigned().get(row))))
                        .toList(),
                model(answer.model()),
                answer.complete(),
                answer.service().orElse(null));
    }

    static Model model(ModelIdentity model) {
        return new Model(model.name(), model.version(), model.digest());
    }

    private static Deployment deployment(Assigned assigned) {
        Choice choice = assigned.choice();
        return new Deployment(
                choice.deployment(), choice.revision(), choice.arm(), choice.share(), model(assigned.model()));
    }

    private static List<Input> vector(Scored scored) {
        return scored.vector().stream()
                .map(input -> new Input(
                        input.name(),
                        input.datatype().name(),
                        List.of(1, input.values().size()),
                        input.values()))
                .toList();
    }

    private static Row row(Scored scored, @Nullable Deployment deployment) {
        var eventTimes = new LinkedHashMap<String, String>();
        scored.eventTimeMicros()
                .forEach((feature, micros) -> eventTimes.put(
                        feature, Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString()));
        return new Row(
                scored.prediction(),
                scored.entity(),
                eventTimes,
                scored.imputed(),
                vector(scored),
                Double.isNaN(scored.novelty()) ? null : scored.novelty(),
                deployment,
                scored.contributions().map(ContributionsAnswer::of).orElse(null));
    }
}
