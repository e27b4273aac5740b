package io.millrace.inference.rest.oip;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.infer.InferRequest;
import io.millrace.inference.app.infer.Inference;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import io.quarkus.vertx.http.Compressed;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Inference over the Open Inference Protocol v2, with its extension for binary tensors. Takes a body of any content type: Triton's client names none. */
@Path("/v2")
@Consumes(MediaType.WILDCARD)
@RunOnVirtualThread
public class OipInferResource {
    private final Inference inference;

    public OipInferResource(Inference inference) {
        this.inference = inference;
    }

    /** Runs the newest version that serves. Safe to retry. */
    @POST
    @Compressed
    @Path("/models/{model}/infer")
    public Response infer(
            @PathParam("model") String model,
            @HeaderParam(OipAnswer.JSON_LENGTH) @Nullable String jsonLength,
            @HeaderParam("Accept") @Nullable String accept,
            byte @Nullable [] body) {
        return OipErrors.answer(() -> answer(model, Optional.empty(), jsonLength, accept, body));
    }

    /** Runs this version. Safe to retry. */
    @POST
    @Compressed
    @Path("/models/{model}/versions/{version}/infer")
    public Response infer(
            @PathParam("model") String model,
            @PathParam("version") String version,
            @HeaderParam(OipAnswer.JSON_LENGTH) @Nullable String jsonLength,
            @HeaderParam("Accept") @Nullable String accept,
            byte @Nullable [] body) {
        return OipErrors.answer(() -> answer(model, Optional.of(version), jsonLength, accept, body));
    }

    private Response answer(
            String model,
            Optional<String> version,
            @Nullable String jsonLength,
            @Nullable String accept,
            byte @Nullable [] given)
            throws IOException {
        byte[] body = given == null ? new byte[0] : given;
        int jsonBytes = jsonBytes(jsonLength, body.length);
        if (jsonBytes == 0 && jsonLength != null) {
            boolean wantsJson = accept != null && accept.startsWith(MediaType.APPLICATION_JSON);
            return OipAnswer.of(inference.infer(raw(model, version, body)), _ -> !wantsJson);
        }
        OipRequest request = OipRequest.read(body, jsonBytes);
        return OipAnswer.of(inference.infer(request.infer(model, version)), request::isBinary);
    }

    private static int jsonBytes(@Nullable String header, int bodyBytes) {
        if (header == null) {
            return bodyBytes;
        }
        try {
            int bytes = Integer.parseInt(header.strip());
            if (bytes >= 0 && bytes <= bodyBytes) {
                return bytes;
            }
        } catch (NumberFormatException e) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST,
                    OipAnswer.JSON_LENGTH + " must be a number, was '" + header + "'",
                    e);
        }
        throw new Refusal(
                InferenceReason.INVALID_REQUEST,
                OipAnswer.JSON_LENGTH + " is " + header + ", the body has " + bodyBytes + " bytes");
    }

    /** A body that is nothing but the data of a model's one input, one row of it. */
    private InferRequest raw(String model, Optional<String> version, byte[] body) {
        Signature signature = inference.metadata(model, version).signature();
        if (signature.inputs().size() != 1) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST,
                    "a raw body is for a model of one input, '" + model + "' has "
                            + signature.inputs().size());
        }
        TensorSpec input = signature.inputs().getFirst();
        Tensor tensor;
        if (input.datatype() == Datatype.BYTES) {
            tensor = Tensor.ofStrings(input.name(), shape(input, 1), List.of(body));
        } else {
            List<Long> shape = shape(input, body.length / input.datatype().bytes());
            ByteBuffer data = ByteBuffer.wrap(body);
            String fault = Tensor.fault(input.datatype(), shape, data);
            if (fault != null) {
                throw OipElements.refused("inputs[0]", "the raw body " + fault);
            }
            tensor = new Tensor(input.name(), input.datatype(), shape, data);
        }
        return new InferRequest(model, version, "", Map.of(), List.of(tensor), List.of(), Optional.empty());
    }

    /** One row, and what one open size more has to be for so many elements. */
    private static List<Long> shape(TensorSpec input, long elements) {
        var shape = new ArrayList<>(input.shape());
        if (input.isBatch() && shape.size() > 1) {
            shape.set(0, 1L);
        }
        int open = shape.indexOf(TensorSpec.VARIABLE);
        if (open != shape.lastIndexOf(TensorSpec.VARIABLE)) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST,
                    "a raw body does not say the shape of '" + input.name() + "', which is " + input.shape());
        }
        if (open >= 0) {
            shape.set(open, 1L);
            long rest = Math.max(1, Tensor.elements(shape));
            shape.set(open, elements / rest);
        }
        return shape;
    }
}
