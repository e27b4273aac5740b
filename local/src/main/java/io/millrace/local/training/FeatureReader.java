package io.millrace.local.training;

import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Service;
import io.millrace.local.replay.Event;
import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.FeatureColumn;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.Value;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads the features of a pipeline from feature-service, for the instants and by the rule that the pipeline itself reads them. */
public final class FeatureReader {
    private final Channels channels;
    private final PipelineShape pipeline;

    public FeatureReader(Channels channels, PipelineShape pipeline) {
        this.channels = channels;
        this.pipeline = pipeline;
    }

    /**
     * Features of asks.
     *
     * @param values one row per ask, one column per feature of the pipeline; NaN where it is missing, expired or null
     * @param complete whether everything in the source topics at the time of the call had been applied
     */
    public record Features(double[][] values, boolean complete) {}

    /**
     * Reads as of each event's time − 1 µs: what was true just before it.
     *
     * @param completeWithin how long to wait for completeness; zero: do not ask for it
     * @throws CommandFailure where feature-service refuses or a feature is no number
     */
    public Features read(List<Event> asks, Duration completeWithin) {
        var request = GetOnlineFeaturesRequest.newBuilder()
                .addAllFeatures(pipeline.features())
                .setFullFeatureNames(true)
                .setCompleteWithinMs((int) completeWithin.toMillis());
        for (Map.Entry<String, String> key : pipeline.entity().entrySet()) {
            var column = Column.newBuilder();
            asks.forEach(ask -> column.addValues(value(ask.fields().get(key.getValue()))));
            request.putEntities(key.getKey(), column.build());
        }
        asks.forEach(ask -> request.addAsOfMicros(ask.micros() - 1));
        try {
            GetOnlineFeaturesResponse answer = FeatureServiceGrpc.newBlockingStub(channels.to(Service.FEATURES))
                    .withDeadlineAfter(60 + completeWithin.toSeconds(), TimeUnit.SECONDS)
                    .getOnlineFeatures(request.build());
            return new Features(values(answer, asks.size()), answer.getComplete());
        } catch (StatusRuntimeException e) {
            throw CommandFailure.failed("feature-service does not answer with features: " + e.getStatus());
        }
    }

    private double[][] values(GetOnlineFeaturesResponse answer, int rows) {
        double[][] values = new double[rows][pipeline.features().size()];
        for (int f = 0; f < pipeline.features().size(); f++) {
            FeatureColumn column = answer.getResults(f);
            for (int row = 0; row < rows; row++) {
                FeatureStatus status = column.getStatuses(row);
                if (status == FeatureStatus.FEATURE_STATUS_BEFORE_RETENTION) {
                    throw CommandFailure.failed(pipeline.features().get(f)
                            + " is not retained back to the training rows; raise its view's retention");
                }
                values[row][f] = status == FeatureStatus.FEATURE_STATUS_PRESENT
                        ? number(pipeline.features().get(f), column.getValues(row))
                        : Double.NaN;
            }
        }
        return values;
    }

    private static double number(String feature, Value value) {
        return switch (value.getKindCase()) {
            case DOUBLE_VALUE -> value.getDoubleValue();
            case INT64_VALUE -> value.getInt64Value();
            case BOOL_VALUE -> value.getBoolValue() ? 1 : 0;
            case KIND_NOT_SET -> Double.NaN;
            case STRING_VALUE, BYTES_VALUE, TIMESTAMP_VALUE, LIST_VALUE, MAP_VALUE, VECTOR_VALUE ->
                throw CommandFailure.failed(feature + " is no number: a model cannot take it");
        };
    }

    /** An event's field as feature-service takes it. */
    static Value value(@Nullable Object field) {
        return switch (field) {
            case String text -> Value.newBuilder().setStringValue(text).build();
            case Integer whole -> Value.newBuilder().setInt64Value(whole).build();
            case Long whole -> Value.newBuilder().setInt64Value(whole).build();
            case Double number -> Value.newBuilder().setDoubleValue(number).build();
            case null -> throw new IllegalArgumentException("a join key is missing in an event");
            default -> throw new IllegalArgumentException("a join key cannot be a " + field.getClass());
        };
    }
}
