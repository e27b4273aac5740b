package io.millrace.inference.app.replay;

import io.millrace.inference.domain.RowScore.InputRow;
import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.deploy.Choice;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a prediction says of itself; docs/architecture.md has the event. What an older release did not write is empty.
 *
 * @param definition digest of the pipeline's definition
 * @param source the event that was scored
 * @param sourceTopicId the id of its topic
 * @param service the feature service that was read; empty where the pipeline lists its features
 * @param choice the arm that answered; empty where the model was not split
 * @param request event fields that the model took directly, where the pipeline records its vector
 * @param values by feature reference; absent where it was missing
 * @param eventTimes microseconds since the epoch, by feature reference
 * @param hash of the vector that the model took, and {@code vector} itself where the pipeline said so
 */
public record RecordedPrediction(
        String pipeline,
        String definition,
        String key,
        Map<String, Object> entity,
        double prediction,
        long timestampMicros,
        long asOfMicros,
        ModelIdentity model,
        RecordPlace source,
        String sourceTopicId,
        String service,
        Optional<Choice> choice,
        Map<String, Object> request,
        Map<String, Object> values,
        Map<String, Long> eventTimes,
        List<String> imputed,
        String hash,
        List<InputRow> vector,
        List<FeaturePosition> positions) {
    public RecordedPrediction {
        entity = Map.copyOf(entity);
        request = Map.copyOf(request);
        values = Map.copyOf(values);
        eventTimes = Map.copyOf(eventTimes);
        imputed = List.copyOf(imputed);
        vector = List.copyOf(vector);
        positions = List.copyOf(positions);
    }
}
