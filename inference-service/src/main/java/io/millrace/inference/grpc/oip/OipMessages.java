package io.millrace.inference.grpc.oip;

import com.google.protobuf.UnsafeByteOperations;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.Caller;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.infer.InferRequest;
import io.millrace.inference.app.infer.InferRequest.RequestedOutput;
import io.millrace.inference.app.infer.InferResponse;
import io.millrace.inference.app.infer.TargetMetadata;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import io.millrace.proto.oip.InferParameter;
import io.millrace.proto.oip.ModelInferRequest;
import io.millrace.proto.oip.ModelInferRequest.InferRequestedOutputTensor;
import io.millrace.proto.oip.ModelInferResponse;
import io.millrace.proto.oip.ModelMetadataResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Requests and answers of the protocol, to ours and back. */
final class OipMessages {
    private OipMessages() {}

    /**
     * @throws Refusal INVALID_TENSOR, INVALID_REQUEST
     */
    static InferRequest request(ModelInferRequest request, Optional<Duration> deadline, Caller caller) {
        return new InferRequest(
                request.getModelName(),
                given(request.getModelVersion()),
                request.getId(),
                parameters(request.getParametersMap()),
                OipTensors.of(request),
                request.getOutputsCount() == 0
                        ? List.of()
                        : request.getOutputsList().stream()
                                .map(OipMessages::output)
                                .toList(),
                deadline,
                caller);
    }

    /** A text of a message; empty where it was not set. */
    static Optional<String> given(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    private static RequestedOutput output(InferRequestedOutputTensor output) {
        InferParameter classes = output.getParametersMap().get("classification");
        if (classes == null) {
            return new RequestedOutput(output.getName(), 0);
        }
        if (!classes.hasInt64Param()
                || classes.getInt64Param() < 1
                || classes.getInt64Param() > RequestedOutput.MAX_CLASSES) {
            throw OipTensors.refused(
                    "outputs",
                    "classification of '" + output.getName() + "' must be a whole number, 1 to "
                            + RequestedOutput.MAX_CLASSES);
        }
        return new RequestedOutput(output.getName(), (int) classes.getInt64Param());
    }

    private static Map<String, Object> parameters(Map<String, InferParameter> parameters) {
        if (parameters.isEmpty()) {
            return Map.of();
        }
        var values = new HashMap<String, Object>();
        parameters.forEach((name, value) -> values.put(name, value(name, value)));
        return values;
    }

    private static Object value(String name, InferParameter value) {
        return switch (value.getParameterChoiceCase()) {
            case BOOL_PARAM -> value.getBoolParam();
            case INT64_PARAM -> value.getInt64Param();
            case STRING_PARAM -> value.getStringParam();
            case DOUBLE_PARAM -> value.getDoubleParam();
            case UINT64_PARAM -> {
                if (value.getUint64Param() < 0) {
                    throw new Refusal(
                            InferenceReason.INVALID_REQUEST,
                            "parameter '" + name + "' is beyond 64 bits signed: "
                                    + Long.toUnsignedString(value.getUint64Param()));
                }
                yield value.getUint64Param();
            }
            case PARAMETERCHOICE_NOT_SET ->
                throw new Refusal(InferenceReason.INVALID_REQUEST, "parameter '" + name + "' has no value");
        };
    }

    static ModelInferResponse response(InferResponse response) {
        var message = ModelInferResponse.newBuilder()
                .setModelName(response.model())
                .setModelVersion(response.version())
                .setId(response.id());
        response.parameters().forEach((name, value) -> message.putParameters(name, parameter(value)));
        for (Tensor output : response.outputs()) {
            message.addOutputsBuilder()
                    .setName(output.name())
                    .setDatatype(output.datatype().name())
                    .addAllShape(output.shape());
            // Nobody writes to an answer's tensors any more.
            message.addRawOutputContents(UnsafeByteOperations.unsafeWrap(output.data()));
        }
        return message.build();
    }

    private static InferParameter parameter(Object value) {
        var parameter = InferParameter.newBuilder();
        return switch (value) {
            case Boolean flag -> parameter.setBoolParam(flag).build();
            case Long number -> parameter.setInt64Param(number).build();
            case Double number -> parameter.setDoubleParam(number).build();
            default -> parameter.setStringParam(value.toString()).build();
        };
    }

    static ModelMetadataResponse metadata(TargetMetadata metadata) {
        var message = ModelMetadataResponse.newBuilder()
                .setName(metadata.name())
                .addAllVersions(metadata.versions())
                .setPlatform(metadata.platform());
        metadata.signature().inputs().forEach(input -> message.addInputs(tensor(input)));
        metadata.signature().outputs().forEach(output -> message.addOutputs(tensor(output)));
        return message.build();
    }

    private static ModelMetadataResponse.TensorMetadata tensor(TensorSpec spec) {
        return ModelMetadataResponse.TensorMetadata.newBuilder()
                .setName(spec.name())
                .setDatatype(spec.datatype().name())
                .addAllShape(spec.shape())
                .build();
    }
}
