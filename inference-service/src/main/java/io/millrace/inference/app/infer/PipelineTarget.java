package io.millrace.inference.app.infer;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Predictions;
import io.millrace.inference.app.RowValues;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoredBatch.Assigned;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A pipeline as a model: it takes the event fields that hold its join keys and those that its model takes directly, one element a row, looks the features up as of now, and gives the predictions.
 * A join key comes as text or as a whole number, whichever its view has; the signature says BYTES.
 */
final class PipelineTarget implements Target {
    /** Parameter: how long to wait for features that hold everything which was there before the call, in milliseconds. */
    static final String COMPLETE_WITHIN = "complete_within_ms";

    private static final List<Long> ROWS = List.of(TensorSpec.VARIABLE);
    private static final String PREDICTION = "prediction";

    private final Pipeline pipeline;
    private final Predictions predictions;
    private final Signature signature;

    PipelineTarget(Pipeline pipeline, Predictions predictions) {
        this.pipeline = pipeline;
        this.predictions = predictions;
        this.signature = signature(pipeline);
    }

    static Signature signature(Pipeline pipeline) {
        var inputs = new TreeMap<String, Datatype>();
        pipeline.entity().values().forEach(field -> inputs.put(field, Datatype.BYTES));
        pipeline.request().forEach((field, type) -> inputs.put(field, datatype(type)));
        return new Signature(
                inputs.entrySet().stream()
                        .map(input -> new TensorSpec(input.getKey(), input.getValue(), ROWS))
                        .toList(),
                List.of(new TensorSpec(PREDICTION, Datatype.FP64, ROWS)));
    }

    @Override
    public Signature signature() {
        return signature;
    }

    @Override
    public Duration allowance(InferRequest request) {
        return patience(request.parameters());
    }

    @Override
    public Result infer(InferRequest request, Deadline deadline) {
        List<Tensor> inputs =
                request.inputs().stream().map(PipelineTarget::column).toList();
        RequestCheck.check("pipeline '" + pipeline.name() + "'", signature, this::takes, inputs, request.outputs());
        Predictions.Answer answer =
                predictions.predict(pipeline, request.id(), rows(inputs), patience(request.parameters()), deadline);
        return new Result(answer.model().version(), List.of(tensor(answer.rows())), parameters(answer.assigned()));
    }

    @Override
    public void close() {}

    private boolean takes(TensorSpec spec, Datatype type) {
        boolean isKeyAlone = !pipeline.request().containsKey(spec.name());
        return switch (type) {
            case BYTES -> spec.datatype() == Datatype.BYTES;
            case BOOL -> spec.datatype() == Datatype.BOOL || isKeyAlone;
            case FP16, BF16, FP32, FP64 -> spec.datatype() == Datatype.FP64;
            default -> spec.datatype() == Datatype.INT64 || spec.datatype() == Datatype.FP64 || isKeyAlone;
        };
    }

    /** Rows may come as a column [n, 1] too, as they do for models. */
    private static Tensor column(Tensor input) {
        boolean isColumn = input.shape().size() == 2 && input.shape().get(1) == 1;
        return isColumn
                ? new Tensor(
                        input.name(), input.datatype(), List.of(input.shape().getFirst()), input.data())
                : input;
    }

    private static List<Predictions.Row> rows(List<Tensor> inputs) {
        int count = inputs.isEmpty() ? 0 : inputs.getFirst().elements();
        var fields = new ArrayList<Map<String, Object>>(count);
        for (int i = 0; i < count; i++) {
            fields.add(new HashMap<>());
        }
        for (Tensor input : inputs) {
            if (input.elements() != count) {
                throw new Refusal(
                        InferenceReason.INVALID_TENSOR,
                        "input '" + input.name() + "' has " + input.elements() + " rows, '"
                                + inputs.getFirst().name() + "' has " + count);
            }
            List<Object> values = RowValues.of(input);
            for (int i = 0; i < count; i++) {
                fields.get(i).put(input.name(), values.get(i));
            }
        }
        return fields.stream()
                .map(row -> new Predictions.Row(row, OptionalLong.empty()))
                .toList();
    }

    private static Duration patience(Map<String, Object> parameters) {
        return switch (parameters.get(COMPLETE_WITHIN)) {
            case null -> Duration.ZERO;
            case Long millis when millis >= 0 && millis <= Integer.MAX_VALUE -> Duration.ofMillis(millis);
            case Object other ->
                throw new Refusal(
                        InferenceReason.INVALID_REQUEST,
                        "parameter '" + COMPLETE_WITHIN + "' must be milliseconds, 0 or more, was " + other);
        };
    }

    /** The deployment that split the model, and the arm where one answered all rows. */
    private static Map<String, Object> parameters(List<Assigned> assigned) {
        if (assigned.isEmpty()) {
            return Map.of();
        }
        String deployment = assigned.getFirst().choice().deployment();
        String arm = assigned.getFirst().choice().arm();
        return assigned.stream().allMatch(row -> row.choice().arm().equals(arm))
                ? Map.of(DeploymentTarget.DEPLOYMENT, deployment, DeploymentTarget.ARM, arm)
                : Map.of(DeploymentTarget.DEPLOYMENT, deployment);
    }

    private static Tensor tensor(List<Scored> rows) {
        ByteBuffer data = ByteBuffer.allocate(rows.size() * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        rows.forEach(row -> data.putDouble(row.prediction()));
        return new Tensor(PREDICTION, Datatype.FP64, List.of((long) rows.size()), data.flip());
    }

    private static Datatype datatype(FieldType type) {
        return switch (type) {
            case BOOL -> Datatype.BOOL;
            case INT64 -> Datatype.INT64;
            case DOUBLE -> Datatype.FP64;
            case STRING -> Datatype.BYTES;
        };
    }
}
