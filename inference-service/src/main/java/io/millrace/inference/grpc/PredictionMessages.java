package io.millrace.inference.grpc;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.Predictions;
import io.millrace.inference.domain.ModelState;
import io.millrace.inference.domain.RowScore.InputRow;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.proto.features.v1.Value;
import io.millrace.proto.inference.v1.ModelInput;
import io.millrace.proto.inference.v1.ModelVersion;
import io.millrace.proto.inference.v1.PredictResponse;
import io.millrace.proto.inference.v1.PredictRow;
import io.millrace.proto.inference.v1.Prediction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Predictions and models as messages. */
final class PredictionMessages {
    private PredictionMessages() {}

    static List<Predictions.Row> rows(List<PredictRow> messages) {
        var rows = new ArrayList<Predictions.Row>(messages.size());
        for (PredictRow message : messages) {
            var fields = new HashMap<String, Object>();
            message.getFieldsMap()
                    .forEach((name, value) -> put(fields, "rows[" + rows.size() + "]." + name, name, value));
            long asOf = message.getAsOfMicros();
            rows.add(new Predictions.Row(fields, asOf == 0 ? OptionalLong.empty() : OptionalLong.of(asOf)));
        }
        return rows;
    }

    /** Null is left out, as a field that is not there. */
    private static void put(Map<String, Object> fields, String place, String name, Value value) {
        switch (value.getKindCase()) {
            case BOOL_VALUE -> fields.put(name, value.getBoolValue());
            case INT64_VALUE -> fields.put(name, value.getInt64Value());
            case DOUBLE_VALUE -> fields.put(name, value.getDoubleValue());
            case STRING_VALUE -> fields.put(name, value.getStringValue());
            case KIND_NOT_SET -> {}
            case BYTES_VALUE, TIMESTAMP_VALUE, LIST_VALUE ->
                throw new Refusal(InferenceReason.WRONG_TYPE, place + " must be a bool, int64, double or string");
        }
    }

    static PredictResponse response(Predictions.Answer answer) {
        var response = PredictResponse.newBuilder()
                .setModelName(answer.model().name())
                .setModelVersion(answer.model().version())
                .setModelDigest(answer.model().digest())
                .setComplete(answer.complete())
                .setFeatureService(answer.service().orElse(""));
        for (int i = 0; i < answer.rows().size(); i++) {
            Prediction.Builder prediction = prediction(answer.rows().get(i));
            if (!answer.assigned().isEmpty()) {
                prediction.setDeployment(
                        DeploymentMessages.choice(answer.assigned().get(i)));
            }
            response.addPredictions(prediction);
        }
        return response.build();
    }

    static List<ModelVersion> models(List<ModelCatalog.Listing> listings) {
        return listings.stream()
                .map(listing -> ModelVersion.newBuilder()
                        .setName(listing.name())
                        .setVersion(listing.version())
                        .setState(state(listing.state()))
                        .setReason(listing.reason())
                        .setDigest(listing.digest())
                        .build())
                .toList();
    }

    private static Prediction.Builder prediction(Scored row) {
        var prediction = Prediction.newBuilder()
                .setPrediction(row.prediction())
                .putAllFeatureEventTimeMicros(row.eventTimeMicros())
                .addAllImputed(row.imputed());
        row.entity().forEach((key, value) -> prediction.putEntity(key, value(value)));
        row.vector().forEach(input -> prediction.addVector(input(input)));
        if (!Double.isNaN(row.novelty())) {
            prediction.setNovelty(row.novelty());
        }
        row.contributions()
                .ifPresent(contributions -> prediction.setContributions(ExplainMessages.contributions(contributions)));
        return prediction;
    }

    private static ModelInput input(InputRow row) {
        var input = ModelInput.newBuilder()
                .setName(row.name())
                .setDatatype(row.datatype().name());
        for (Object value : row.values()) {
            switch (value) {
                case Long whole -> input.addInt64Values(whole);
                case Double real -> input.addDoubleValues(real);
                default -> input.addStringValues(value.toString());
            }
        }
        return input.build();
    }

    private static Value value(Object value) {
        var message = Value.newBuilder();
        return switch (value) {
            case Boolean flag -> message.setBoolValue(flag).build();
            case Long number -> message.setInt64Value(number).build();
            case Double number -> message.setDoubleValue(number).build();
            default -> message.setStringValue(value.toString()).build();
        };
    }

    private static ModelVersion.State state(ModelState state) {
        return switch (state) {
            case SERVING -> ModelVersion.State.STATE_SERVING;
            case AVAILABLE -> ModelVersion.State.STATE_AVAILABLE;
            case REFUSED -> ModelVersion.State.STATE_REFUSED;
            case WITHHELD -> ModelVersion.State.STATE_WITHHELD;
        };
    }
}
