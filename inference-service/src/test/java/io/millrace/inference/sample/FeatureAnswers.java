package io.millrace.inference.sample;

import io.millrace.proto.features.v1.FeatureColumn;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.SourcePosition;
import io.millrace.proto.features.v1.Value;
import java.util.Map;

/** Answers of feature-service made from a table. */
public final class FeatureAnswers {
    private FeatureAnswers() {}

    /** Doubles by {@code feature/key}; what is not in the table was not found. Every event time is 1,000,000. */
    public static GetOnlineFeaturesResponse from(Map<String, Double> table, GetOnlineFeaturesRequest request) {
        var response = GetOnlineFeaturesResponse.newBuilder()
                .setComplete(request.getCompleteWithinMs() > 0)
                .addPositions(SourcePosition.newBuilder()
                        .setViewVersion("v@v1")
                        .setTopic("t")
                        .setTopicId("id")
                        .setOffset(5));
        var keys = request.getEntitiesMap().values().iterator().next().getValuesList();
        for (String feature : request.getFeaturesList()) {
            var column = FeatureColumn.newBuilder();
            for (Value key : keys) {
                Double value = table.get(feature + "/" + key.getStringValue());
                column.addValues(
                        value == null
                                ? Value.getDefaultInstance()
                                : Value.newBuilder().setDoubleValue(value).build());
                column.addStatuses(
                        value == null ? FeatureStatus.FEATURE_STATUS_NOT_FOUND : FeatureStatus.FEATURE_STATUS_PRESENT);
                column.addEventTimeMicros(value == null ? 0 : 1_000_000);
            }
            response.addFeatureNames(feature).addResults(column);
        }
        return response.build();
    }
}
