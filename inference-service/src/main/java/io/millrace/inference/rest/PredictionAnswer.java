package io.millrace.inference.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.inference.app.Predictions;
import io.millrace.inference.domain.RowScore.Scored;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Predictions in the order of the rows, and the model version that made them all.
 *
 * @param complete whether the features held all that was in their topics; false where that was not asked for
 * @param featureService the feature service whose features were read, {@code name@version} or the name alone; absent where the pipeline lists them
 */
@RegisterForReflection
public record PredictionAnswer(
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
     */
    @RegisterForReflection
    public record Row(
            double prediction,
            Map<String, Object> entity,
            @JsonProperty("event_times") Map<String, String> eventTimes,
            List<String> imputed) {}

    static PredictionAnswer of(Predictions.Answer answer) {
        return new PredictionAnswer(
                answer.rows().stream().map(PredictionAnswer::row).toList(),
                new Model(
                        answer.model().name(),
                        answer.model().version(),
                        answer.model().digest()),
                answer.complete(),
                answer.service().orElse(null));
    }

    private static Row row(Scored scored) {
        var eventTimes = new LinkedHashMap<String, String>();
        scored.eventTimeMicros()
                .forEach((feature, micros) -> eventTimes.put(
                        feature, Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString()));
        return new Row(scored.prediction(), scored.entity(), eventTimes, scored.imputed());
    }
}
