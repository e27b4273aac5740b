package io.millrace.benchmarks.echo;

import com.google.protobuf.InvalidProtocolBufferException;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;

/** The answers that the echo gives; the benchmark puts them here before it begins. */
@Path("/prebuilt")
@ApplicationScoped
public class Prebuilt {
    private volatile GetOnlineFeaturesResponse message = GetOnlineFeaturesResponse.getDefaultInstance();
    private volatile byte[] json = {'{', '}'};

    GetOnlineFeaturesResponse message() {
        return message;
    }

    byte[] json() {
        return json;
    }

    @PUT
    @Path("/message")
    @Consumes(MediaType.APPLICATION_OCTET_STREAM)
    public void takeMessage(byte[] bytes) throws InvalidProtocolBufferException {
        message = GetOnlineFeaturesResponse.parseFrom(bytes);
    }

    @PUT
    @Path("/json")
    @Consumes(MediaType.APPLICATION_OCTET_STREAM)
    public void takeJson(byte[] bytes) {
        json = bytes.clone();
    }
}
