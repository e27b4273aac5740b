package io.millrace.inference.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.gate.Caller;
import io.millrace.gate.rest.RestGate;
import io.millrace.inference.app.deploy.Settlement;
import io.millrace.inference.app.experiment.Experiments;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The experiments of deployments over REST: how they stand, and what a person decides. Refusals are RFC 9457 problems. */
@Path("/v1/experiments")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ExperimentResource {
    private final Experiments experiments;

    public ExperimentResource(Experiments experiments) {
        this.experiments = experiments;
    }

    @RegisterForReflection
    public record Listing(List<ExperimentAnswer> experiments) {}

    /**
     * What a person decided.
     *
     * @param revision of the deployment that was looked at; 0: whichever holds. With it, repeating the call is safe
     * @param anyway also against the evidence, or before it says anything
     */
    @RegisterForReflection
    public record DecideRequest(
            @JsonProperty("revision") long revision,
            @JsonProperty("anyway") boolean anyway) {}

    /** All deployments that have or had an experiment, by name. */
    @GET
    public Listing list() {
        return new Listing(experiments.list().stream().map(ExperimentAnswer::of).toList());
    }

    /** One deployment's; 404 where it has none and had none. */
    @GET
    @Path("/{deployment}")
    public ExperimentAnswer get(String deployment) {
        return ExperimentAnswer.of(experiments.get(deployment));
    }

    /** The challenger takes the champion's place. 404; 412 where the evidence does not ask for it, or another revision holds. */
    @POST
    @Path("/{deployment}/promote")
    @Consumes(MediaType.APPLICATION_JSON)
    public ExperimentAnswer promote(
            String deployment, @Nullable DecideRequest request, @Context ContainerRequestContext call) {
        return decide(deployment, Settlement.PROMOTE, request, call);
    }

    /** The challenger goes, and the champion gets its calls. 404, 412. */
    @POST
    @Path("/{deployment}/roll-back")
    @Consumes(MediaType.APPLICATION_JSON)
    public ExperimentAnswer rollBack(
            String deployment, @Nullable DecideRequest request, @Context ContainerRequestContext call) {
        return decide(deployment, Settlement.ROLL_BACK, request, call);
    }

    private ExperimentAnswer decide(
            String deployment, Settlement settlement, @Nullable DecideRequest request, ContainerRequestContext call) {
        Caller caller = call.getProperty(RestGate.CALLER) instanceof Caller known ? known : Caller.ANONYMOUS;
        return ExperimentAnswer.of(experiments.decide(
                deployment,
                settlement,
                request == null ? 0 : request.revision(),
                request != null && request.anyway(),
                caller.name()));
    }
}
