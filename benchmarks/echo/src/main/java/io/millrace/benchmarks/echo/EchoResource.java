package io.millrace.benchmarks.echo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** The floor of an online read over HTTP: the body is parsed, the answer is there already. */
@Path("/get-online-features")
public class EchoResource {
    private final Prebuilt prebuilt;
    private final ObjectMapper json;

    public EchoResource(Prebuilt prebuilt, ObjectMapper json) {
        this.prebuilt = prebuilt;
        this.json = json;
    }

    @POST
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    public Response echo(byte[] body) throws IOException {
        json.readTree(body);
        return Response.ok(prebuilt.json(), MediaType.APPLICATION_JSON_TYPE).build();
    }
}
