package io.millrace.inference.rest.oip;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.Caller;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.infer.InferRequest;
import io.millrace.inference.app.infer.InferRequest.RequestedOutput;
import io.millrace.inference.app.infer.TensorJson;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The body of a call for inference: a JSON object, and behind it the bytes of the tensors whose parameters say {@code binary_data_size}, in their order. Keys that
 * are not known are read past: KServe's client sends some.
 */
final class OipRequest {
    /** Its buffers are shared: each call has a new virtual thread, for which Jackson would make new ones. */
    private static final JsonFactory JSON = new ObjectMapper(JsonFactory.builder()
                    .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
                    .build())
            .getFactory();

    private final ByteBuffer binary;
    private final List<Tensor> inputs = new ArrayList<>();
    private final List<RequestedOutput> outputs = new ArrayList<>();
    private final Set<String> asBinary = new HashSet<>();
    private final Set<String> asJson = new HashSet<>();
    private String id = "";
    private Map<String, Object> parameters = Map.of();

    /** An input as far as it has been read; its data may stand before what it is. */
    private static final class Input {
        private final String where;
        private @Nullable String name;
        private @Nullable String datatype;
        private @Nullable List<Long> shape;
        private @Nullable TokenBuffer data;
        private Map<String, Object> parameters = Map.of();

        private Input(String where) {
            this.where = where;
        }
    }

    private OipRequest(ByteBuffer binary) {
        this.binary = binary;
    }

    /**
     * How much of a body is JSON.
     *
     * @param header of the binary extension; null where it is not there: all of it
     * @throws Refusal INVALID_REQUEST
     */
    static int jsonBytes(@Nullable String header, int bodyBytes) {
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

    /**
     * Reads a body.
     *
     * @param jsonBytes how much of it is JSON
     * @throws Refusal INVALID_REQUEST, INVALID_TENSOR
     * @throws com.fasterxml.jackson.core.JacksonException where the JSON is none
     */
    static OipRequest read(byte[] body, int jsonBytes) throws IOException {
        var request = new OipRequest(ByteBuffer.wrap(body, jsonBytes, body.length - jsonBytes));
        try (JsonParser json = JSON.createParser(body, 0, jsonBytes)) {
            request.read(json);
        }
        if (request.binary.hasRemaining()) {
            throw TensorJson.refused(
                    "inputs", request.binary.remaining() + " bytes behind the JSON belong to no input");
        }
        return request;
    }

    InferRequest infer(String model, Optional<String> version, Caller caller) {
        return new InferRequest(model, version, id, parameters, inputs, outputs, Optional.empty(), caller);
    }

    /** Whether an output is to come as binary data. */
    boolean isBinary(String output) {
        boolean byDefault = Boolean.TRUE.equals(parameters.get("binary_data_output"));
        return asBinary.contains(output) || (byDefault && !asJson.contains(output));
    }

    private void read(JsonParser json) throws IOException {
        require(json.nextToken() == JsonToken.START_OBJECT, "the body must be a JSON object");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            JsonToken value = json.nextToken();
            switch (key) {
                case "id" -> id = text(json, "id");
                case "parameters" -> parameters = parameters(json, "parameters");
                case "inputs" -> {
                    require(value == JsonToken.START_ARRAY, "'inputs' must be an array");
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        input(json);
                    }
                }
                case "outputs" -> {
                    require(value == JsonToken.START_ARRAY, "'outputs' must be an array");
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        output(json);
                    }
                }
                default -> json.skipChildren();
            }
        }
        require(json.nextToken() == null, "something stands behind the JSON object");
        require(!inputs.isEmpty(), "'inputs' is missing or empty");
    }

    private void input(JsonParser json) throws IOException {
        var input = new Input("inputs[" + inputs.size() + "]");
        require(json.currentToken() == JsonToken.START_OBJECT, input.where + " must be an object");
        ByteBuffer read = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            json.nextToken();
            switch (key) {
                case "name" -> input.name = text(json, input.where + ".name");
                case "datatype" -> input.datatype = text(json, input.where + ".datatype");
                case "shape" -> input.shape = shape(json, input.where);
                case "parameters" -> input.parameters = parameters(json, input.where + ".parameters");
                case "data" -> {
                    if (input.datatype != null && input.shape != null) {
                        read = TensorJson.read(json, input.where, type(input), input.shape);
                    } else {
                        input.data = new TokenBuffer(json);
                        input.data.copyCurrentStructure(json);
                    }
                }
                default -> json.skipChildren();
            }
        }
        inputs.add(tensor(input, read));
    }

    private Tensor tensor(Input input, @Nullable ByteBuffer read) throws IOException {
        String name = there(input.name, input.where + " has no 'name'");
        List<Long> shape = there(input.shape, input.where + " has no 'shape'");
        Datatype type = type(input);
        Object size = input.parameters.get("binary_data_size");
        ByteBuffer data = read;
        if (input.data != null) {
            try (JsonParser later = input.data.asParser()) {
                later.nextToken();
                data = TensorJson.read(later, input.where, type, shape);
            }
        }
        if (size != null) {
            require(data == null, input.where + " has both 'data' and binary data");
            data = cut(input.where, size);
        }
        ByteBuffer elements = there(data, input.where + " has neither 'data' nor binary data");
        String fault = Tensor.fault(type, shape, elements);
        if (fault != null) {
            throw TensorJson.refused(input.where, "input '" + name + "' " + fault);
        }
        return new Tensor(name, type, shape, elements);
    }

    private ByteBuffer cut(String where, Object size) {
        if (!(size instanceof Long bytes) || bytes < 0 || bytes > binary.remaining()) {
            throw TensorJson.refused(
                    where,
                    "binary_data_size is " + size + "; " + binary.remaining() + " bytes are left behind the JSON");
        }
        ByteBuffer data = binary.slice(binary.position(), bytes.intValue());
        binary.position(binary.position() + bytes.intValue());
        return data;
    }

    private static Datatype type(Input input) {
        String name = there(input.datatype, input.where + " has no 'datatype'");
        return Datatype.named(name).orElseThrow(() -> TensorJson.refused(input.where, "'" + name + "' is no datatype"));
    }

    private void output(JsonParser json) throws IOException {
        String where = "outputs[" + outputs.size() + "]";
        require(json.currentToken() == JsonToken.START_OBJECT, where + " must be an object");
        String name = null;
        Map<String, Object> own = Map.of();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            json.nextToken();
            switch (key) {
                case "name" -> name = text(json, where + ".name");
                case "parameters" -> own = parameters(json, where + ".parameters");
                default -> json.skipChildren();
            }
        }
        String output = there(name, where + " has no 'name'");
        Object binaryData = own.get("binary_data");
        if (binaryData != null) {
            require(binaryData instanceof Boolean, where + ": binary_data must be true or false");
            (Boolean.TRUE.equals(binaryData) ? asBinary : asJson).add(output);
        }
        outputs.add(new RequestedOutput(output, classes(where, own.get("classification"))));
    }

    private static int classes(String where, @Nullable Object classification) {
        return switch (classification) {
            case null -> 0;
            case Long classes when classes >= 1 && classes <= RequestedOutput.MAX_CLASSES -> classes.intValue();
            case Object other ->
                throw TensorJson.refused(
                        where, "classification must be 1 to " + RequestedOutput.MAX_CLASSES + ", was " + other);
        };
    }

    private static List<Long> shape(JsonParser json, String where) throws IOException {
        require(json.currentToken() == JsonToken.START_ARRAY, where + ".shape must be an array");
        var shape = new ArrayList<Long>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            require(json.currentToken() == JsonToken.VALUE_NUMBER_INT, where + ".shape must hold whole numbers");
            shape.add(json.getLongValue());
        }
        return shape;
    }

    private static String text(JsonParser json, String where) throws IOException {
        require(json.currentToken() == JsonToken.VALUE_STRING, where + " must be a string");
        return json.getText();
    }

    private static Map<String, Object> parameters(JsonParser json, String where) throws IOException {
        require(json.currentToken() == JsonToken.START_OBJECT, where + " must be an object");
        var values = new HashMap<String, Object>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            switch (json.nextToken()) {
                case VALUE_TRUE -> values.put(name, true);
                case VALUE_FALSE -> values.put(name, false);
                case VALUE_NUMBER_INT -> values.put(name, json.getLongValue());
                case VALUE_NUMBER_FLOAT -> values.put(name, json.getDoubleValue());
                case VALUE_STRING -> values.put(name, json.getText());
                default ->
                    throw new Refusal(
                            InferenceReason.INVALID_REQUEST,
                            where + "." + name + " must be a text, number, true or false");
            }
        }
        return values;
    }

    private static <T> T there(@Nullable T value, String otherwise) {
        if (value == null) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, otherwise);
        }
        return value;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, otherwise);
        }
    }
}
