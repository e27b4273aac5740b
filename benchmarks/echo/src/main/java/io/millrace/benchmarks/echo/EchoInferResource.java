package io.millrace.benchmarks.echo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.proto.oip.ModelInferResponse;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The floor of inference over HTTP with binary tensors: the body's JSON is parsed, and an answer of as many bytes is put together of parts that are there already. */
@Path("/v2/models/{model}/infer")
public class EchoInferResource {
    private static final String JSON_LENGTH = "Inference-Header-Content-Length";

    private final PrebuiltInference prebuilt;
    private final ObjectMapper json;

    public EchoInferResource(PrebuiltInference prebuilt, ObjectMapper json) {
        this.prebuilt = prebuilt;
        this.json = json;
    }

    @POST
    @Consumes(MediaType.WILDCARD)
    @RunOnVirtualThread
    public Response echo(@HeaderParam(JSON_LENGTH) int jsonLength, byte[] body) throws IOException {
        json.readTree(body, 0, jsonLength);
        ModelInferResponse answer = prebuilt.message();
        byte[] tensor = answer.getRawOutputContents(0).toByteArray();
        byte[] head = """
                {"model_name":"%s","model_version":"1","outputs":[{"name":"output","datatype":"FP32","shape":[%d,1],\
                "parameters":{"binary_data_size":%d}}]}""".formatted(answer.getModelName(), answer.getOutputs(0).getShape(0), tensor.length)
                .getBytes(StandardCharsets.UTF_8);
        byte[] whole = Arrays.copyOf(head, head.length + tensor.length);
        System.arraycopy(tensor, 0, whole, head.length, tensor.length);
        return Response.ok(whole, MediaType.APPLICATION_OCTET_STREAM_TYPE)
                .header(JSON_LENGTH, head.length)
                .build();
    }
}
