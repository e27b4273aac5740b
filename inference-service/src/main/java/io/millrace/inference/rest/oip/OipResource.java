package io.millrace.inference.rest.oip;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.inference.app.infer.RepositoryControl;
import io.millrace.inference.app.infer.ServerInfo;
import io.millrace.inference.app.infer.ServerSettings;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What clients of the Open Inference Protocol v2 ask of the server itself. */
@Path("/v2")
@Consumes(MediaType.WILDCARD)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class OipResource {
    private final RepositoryControl repository;
    private final ServerInfo server;
    private final ServerSettings settings;
    private final ObjectMapper json;

    @RegisterForReflection
    record Server(String name, String version, List<String> extensions) {}

    @RegisterForReflection
    record Live(boolean live) {}

    /** Whether the server is ready, under both names that the protocol's texts give it. */
    @RegisterForReflection
    record Ready(boolean ready, boolean live) {}

    @RegisterForReflection
    record Models(List<String> models) {}

    public OipResource(RepositoryControl repository, ServerInfo server, ServerSettings settings, ObjectMapper json) {
        this.repository = repository;
        this.server = server;
        this.settings = settings;
        this.json = json;
    }

    @GET
    public Server server() {
        return new Server(ServerInfo.NAME, server.version(), ServerInfo.EXTENSIONS);
    }

    @GET
    @Path("/health/live")
    public Live live() {
        return new Live(true);
    }

    @GET
    @Path("/health/ready")
    public Response ready() {
        boolean ready = server.isReady();
        return Response.status(ready ? 200 : 503).entity(new Ready(ready, true)).build();
    }

    /** The names of all models that have a version which serves. */
    @GET
    @Path("/models")
    public Models models() {
        var names = new TreeSet<String>();
        repository.index(true).forEach(entry -> names.add(entry.name()));
        return new Models(List.copyOf(names));
    }

    /** Triton's trace settings, as far as they have a meaning here. */
    @GET
    @Path("/trace/setting")
    public Response traces() {
        return OipErrors.answer(() ->
                Response.ok(OipBody.traces(settings.traces(Optional.empty()))).build());
    }

    /** Settings are not taken; a body that gives none asks for them. */
    @POST
    @Path("/trace/setting")
    public Response takeTraces(byte @Nullable [] body) {
        return OipErrors.answer(() -> {
            settings.takeTraces(OipBody.names(OipBody.object(json, body)));
            return Response.ok(OipBody.traces(settings.traces(Optional.empty())))
                    .build();
        });
    }

    /** What the log takes, as Triton's log settings. */
    @GET
    @Path("/logging")
    public Response logs() {
        return OipErrors.answer(() -> Response.ok(settings.logs()).build());
    }

    /** Settings are not taken; a body that gives none asks for them. */
    @POST
    @Path("/logging")
    public Response takeLogs(byte @Nullable [] body) {
        return OipErrors.answer(() -> {
            settings.takeLogs(OipBody.names(OipBody.object(json, body)));
            return Response.ok(settings.logs()).build();
        });
    }
}
