package io.millrace.inference.rest.oip;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import io.millrace.inference.app.infer.InferResponse;
import io.millrace.inference.app.infer.TensorJson;
import io.millrace.inference.domain.Tensor;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The answer to a call for inference: a JSON object, and behind it the tensors that were asked for as binary data, in order. */
final class OipAnswer {
    /** How much of a body is JSON; there where binary data follows. */
    static final String JSON_LENGTH = "Inference-Header-Content-Length";

    /** Its buffers are shared: each call has a new virtual thread, for which Jackson would make new ones. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
            .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
            .build();

    private OipAnswer() {}

    /**
     * @param isBinary by output name
     */
    static Response of(InferResponse answer, Predicate<String> isBinary) throws IOException {
        var body = new ByteArrayOutputStream(256);
        var binary = new ArrayList<Tensor>();
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            json.writeStringField("model_name", answer.model());
            json.writeStringField("model_version", answer.version());
            if (!answer.id().isEmpty()) {
                json.writeStringField("id", answer.id());
            }
            if (!answer.parameters().isEmpty()) {
                parameters(json, answer.parameters());
            }
            json.writeArrayFieldStart("outputs");
            for (Tensor output : answer.outputs()) {
                boolean raw = isBinary.test(output.name());
                output(json, output, raw);
                if (raw) {
                    binary.add(output);
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return binary.isEmpty()
                ? Response.ok(body.toByteArray(), MediaType.APPLICATION_JSON_TYPE)
                        .build()
                : withBinary(body, binary);
    }

    private static Response withBinary(ByteArrayOutputStream body, List<Tensor> binary) {
        int jsonBytes = body.size();
        byte[] whole = new byte
                [binary.stream().mapToInt(output -> output.data().remaining()).reduce(jsonBytes, Math::addExact)];
        System.arraycopy(body.toByteArray(), 0, whole, 0, jsonBytes);
        int at = jsonBytes;
        for (Tensor output : binary) {
            int bytes = output.data().remaining();
            output.data().get(output.data().position(), whole, at, bytes);
            at += bytes;
        }
        return Response.ok(whole, MediaType.APPLICATION_OCTET_STREAM_TYPE)
                .header(JSON_LENGTH, jsonBytes)
                .build();
    }

    private static void output(JsonGenerator json, Tensor output, boolean raw) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", output.name());
        json.writeStringField("datatype", output.datatype().name());
        json.writeArrayFieldStart("shape");
        for (long size : output.shape()) {
            json.writeNumber(size);
        }
        json.writeEndArray();
        if (raw) {
            json.writeObjectFieldStart("parameters");
            json.writeNumberField("binary_data_size", output.data().remaining());
            json.writeEndObject();
        } else {
            json.writeFieldName("data");
            TensorJson.write(json, output);
        }
        json.writeEndObject();
    }

    private static void parameters(JsonGenerator json, Map<String, Object> parameters) throws IOException {
        json.writeObjectFieldStart("parameters");
        for (Map.Entry<String, Object> parameter : parameters.entrySet()) {
            json.writeFieldName(parameter.getKey());
            switch (parameter.getValue()) {
                case Boolean flag -> json.writeBoolean(flag);
                case Long number -> json.writeNumber(number);
                case Double number -> json.writeNumber(number);
                default -> json.writeString(parameter.getValue().toString());
            }
        }
        json.writeEndObject();
    }
}
