package io.millrace.inference.rest.oip;

import io.millrace.inference.app.infer.Inference;
import io.millrace.inference.app.infer.RepositoryControl;
import io.millrace.inference.app.infer.ServerInfo;
import io.millrace.inference.app.infer.TargetMetadata;
import io.millrace.inference.domain.TensorSpec;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What clients of the Open Inference Protocol v2 ask before they infer: the server, its models and pipelines. */
@Path("/v2")
@Consumes(MediaType.WILDCARD)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class OipResource {
    private final Inference inference;
    private final RepositoryControl repository;
    private final ServerInfo server;

    @RegisterForReflection
    record Server(String name, String version, List<String> extensions) {}

    @RegisterForReflection
    record Live(boolean live) {}

    /** Whether the server is ready, under both names that the protocol's texts give it. */
    @RegisterForReflection
    record Ready(boolean ready, boolean live) {}

    @RegisterForReflection
    record ModelReady(String name, boolean ready) {}

    @RegisterForReflection
    record Models(List<String> models) {}

    @RegisterForReflection
    record TensorMetadata(String name, String datatype, List<Long> shape) {
        static TensorMetadata of(TensorSpec spec) {
            return new TensorMetadata(spec.name(), spec.datatype().name(), spec.shape());
        }
    }

    @RegisterForReflection
    record ModelMetadata(
            String name,
            List<String> versions,
            String platform,
            List<TensorMetadata> inputs,
            List<TensorMetadata> outputs) {
        static ModelMetadata of(TargetMetadata target) {
            return new ModelMetadata(
                    target.name(),
                    target.versions(),
                    target.platform(),
                    target.signature().inputs().stream().map(TensorMetadata::of).toList(),
                    target.signature().outputs().stream()
                            .map(TensorMetadata::of)
                            .toList());
        }
    }

    public OipResource(Inference inference, RepositoryControl repository, ServerInfo server) {
        this.inference = inference;
        this.repository = repository;
        this.server = server;
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

    @GET
    @Path("/models/{model}")
    public Response metadata(@PathParam("model") String model) {
        return metadata(model, Optional.empty());
    }

    @GET
    @Path("/models/{model}/versions/{version}")
    public Response metadata(@PathParam("model") String model, @PathParam("version") String version) {
        return metadata(model, Optional.of(version));
    }

    @GET
    @Path("/models/{model}/ready")
    public Response modelReady(@PathParam("model") String model) {
        return modelReady(model, Optional.empty());
    }

    @GET
    @Path("/models/{model}/versions/{version}/ready")
    public Response modelReady(@PathParam("model") String model, @PathParam("version") String version) {
        return modelReady(model, Optional.of(version));
    }

    @GET
    @Path("/models/{model}/config")
    public Response config(@PathParam("model") String model) {
        return config(model, Optional.empty());
    }

    @GET
    @Path("/models/{model}/versions/{version}/config")
    public Response config(@PathParam("model") String model, @PathParam("version") String version) {
        return config(model, Optional.of(version));
    }

    /** What calls of all models came to. */
    @GET
    @Path("/models/stats")
    public Response statistics() {
        return statistics("", Optional.empty());
    }

    @GET
    @Path("/models/{model}/stats")
    public Response statistics(@PathParam("model") String model) {
        return statistics(model, Optional.empty());
    }

    @GET
    @Path("/models/{model}/versions/{version}/stats")
    public Response statistics(@PathParam("model") String model, @PathParam("version") String version) {
        return statistics(model, Optional.of(version));
    }

    private Response statistics(String model, Optional<String> version) {
        return OipErrors.answer(() -> Response.ok(OipStatistics.of(repository.statistics(model, version)))
                .build());
    }

    private Response metadata(String model, Optional<String> version) {
        return OipErrors.answer(() -> Response.ok(ModelMetadata.of(inference.metadata(model, version)))
                .build());
    }

    private Response modelReady(String model, Optional<String> version) {
        return OipErrors.answer(() -> {
            boolean ready = inference.isReady(model, version);
            return Response.status(ready ? 200 : 503)
                    .entity(new ModelReady(model, ready))
                    .build();
        });
    }

    private Response config(String model, Optional<String> version) {
        return OipErrors.answer(
                () -> Response.ok(OipModelConfig.of(inference.metadata(model, version), inference.maxRows()))
                        .build());
    }
}
