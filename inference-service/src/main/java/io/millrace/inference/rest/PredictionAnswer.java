package io.millrace.inference.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.inference.app.Predictions;
import io.millrace.inference.domain.RowScore.Scored;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Predictions in the order of the rows, and the model version that made them all.
 *
 * @param complete whether the features held all that was in their topics; false where that was not asked for
 */
@RegisterForReflection
public record PredictionAnswer(List<Row> predictions, Model model, boolean complete) {
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
                answer.complete());
    }

    private static Row row(Scored scored) {
        var eventTimes = new LinkedHashMap<String, String>();
        scored.eventTimeMicros()
                .forEach((feature, micros) -> eventTimes.put(
                        feature, Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString()));
        return new Row(scored.prediction(), scored.entity(), eventTimes, scored.imputed());
    }
}
