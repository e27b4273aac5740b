package io.millrace.benchmarks.echo;

import com.google.protobuf.InvalidProtocolBufferException;
import io.millrace.proto.oip.ModelInferResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;

/** The answer that the echo gives to calls for inference; the benchmark puts it here before it begins. */
@Path("/prebuilt/infer")
@ApplicationScoped
public class PrebuiltInference {
    private volatile ModelInferResponse message = ModelInferResponse.getDefaultInstance();

    ModelInferResponse message() {
        return message;
    }

    @PUT
    @Consumes(MediaType.APPLICATION_OCTET_STREAM)
    public void take(byte[] bytes) throws InvalidProtocolBufferException {
        message = ModelInferResponse.parseFrom(bytes);
    }
}
