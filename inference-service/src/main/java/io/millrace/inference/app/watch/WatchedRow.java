package io.millrace.inference.app.watch;

import io.millrace.inference.app.replay.RecordedPrediction;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A prediction as it is watched.
 *
 * @param micros event time
 * @param order {@link SampleRow#order} of the record that it was made of
 * @param values features under their names without a version, request fields and join keys
 * @param imputed features for which another value stood in
 * @param ageMillis how old features were by event time, by their names
 */
public record WatchedRow(
        References.Key model,
        long micros,
        long order,
        Map<String, Object> values,
        Set<String> imputed,
        Map<String, Long> ageMillis,
        double score) {
    /** Of a prediction that was recorded. */
    public static WatchedRow of(RecordedPrediction prediction) {
        var values = new HashMap<String, Object>();
        values.putAll(prediction.entity());
        values.putAll(prediction.request());
        prediction.values().forEach((name, value) -> values.put(FeatureNames.plain(name), value));
        var imputed = new HashSet<String>();
        prediction.imputed().forEach(name -> imputed.add(FeatureNames.plain(name)));
        var ages = new HashMap<String, Long>();
        prediction
                .eventTimes()
                .forEach((name, micros) ->
                        ages.put(FeatureNames.plain(name), (prediction.timestampMicros() - micros) / 1_000));
        return new WatchedRow(
                new References.Key(
                        prediction.model().name(),
                        prediction.model().version(),
                        prediction.model().digest()),
                prediction.timestampMicros(),
                SampleRow.order(prediction.source().partition() * 0x1_0000_0000_0000L
                        + prediction.source().offset()),
                values,
                imputed,
                ages,
                prediction.prediction());
    }
}
