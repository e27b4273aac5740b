package io.millrace.inference.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.inference.app.deploy.ArmTally;
import io.millrace.inference.app.deploy.Deployments;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Deployments over REST: listed, rolled back, removed. They are applied with the pipelines. Refusals are RFC 9457 problems. */
@Path("/v1/deployments")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class DeploymentResource {
    private final Deployments deployments;

    public DeploymentResource(Deployments deployments) {
        this.deployments = deployments;
    }

    @RegisterForReflection
    public record Listing(List<Summary> deployments) {}

    /**
     * A deployment and how it fares.
     *
     * @param revision the one that holds
     * @param revisions oldest first; the last is the one that holds
     * @param definition the YAML as it was applied
     */
    @RegisterForReflection
    public record Summary(
            String name,
            String description,
            String owner,
            long revision,
            List<Arm> arms,
            List<Arm> shadows,
            List<Revision> revisions,
            String definition) {}

    /**
     * An arm or shadow; the counts are of the replica that answers, since it started.
     *
     * @param version null: the newest that serves
     * @param percent the weight of an arm, the sample of a shadow
     * @param predictions of pipelines
     * @param dropped calls that a shadow did not see because too many waited
     */
    @RegisterForReflection
    public record Arm(
            String name,
            String model,
            @Nullable String version,
            double percent,
            long calls,
            long rows,
            long errors,
            long predictions,
            @JsonProperty("mean_prediction") double meanPrediction,
            @JsonProperty("mean_micros") long meanMicros,
            long dropped) {}

    /**
     * A definition that the deployment had.
     *
     * @param at RFC 3339
     * @param restores the revision whose definition this is again; 0 where it was applied
     */
    @RegisterForReflection
    public record Revision(long revision, String at, long restores) {}

    /**
     * Which revision to go back to.
     *
     * @param to 0: the one before
     * @param from the one that is gone back from; 0: whichever holds
     */
    @RegisterForReflection
    public record RollbackRequest(
            @JsonProperty("to_revision") long to,
            @JsonProperty("from_revision") long from) {}

    /** All deployments by name. */
    @GET
    public Listing list() {
        return new Listing(
                deployments.list().stream().map(DeploymentResource::summary).toList());
    }

    /** One deployment; 404 where no such is applied. */
    @GET
    @Path("/{name}")
    public Summary get(String name) {
        return summary(deployments.get(name));
    }

    /** Goes back to a definition that the deployment had: without a body, to the one before. 404, 412; safe to repeat with {@code from_revision}. */
    @POST
    @Path("/{name}/rollback")
    @Consumes(MediaType.APPLICATION_JSON)
    public Summary rollback(String name, @Nullable RollbackRequest request) {
        return summary(
                deployments.rollback(name, request == null ? 0 : request.to(), request == null ? 0 : request.from()));
    }

    /** Removes a deployment; its name means the model again. 204, 404 where no such is applied. */
    @DELETE
    @Path("/{name}")
    public void remove(String name) {
        deployments.remove(name);
    }

    private static Summary summary(Deployments.Summary summary) {
        return new Summary(
                summary.deployment().name(),
                summary.deployment().description(),
                summary.deployment().owner(),
                summary.revision(),
                summary.arms().stream().map(DeploymentResource::arm).toList(),
                summary.shadows().stream().map(DeploymentResource::arm).toList(),
                summary.revisions().stream()
                        .map(revision ->
                                new Revision(revision.number(), revision.at().toString(), revision.restores()))
                        .toList(),
                summary.deployment().yaml());
    }

    private static Arm arm(Deployments.ArmSummary arm) {
        ArmTally tally = arm.tally();
        return new Arm(
                arm.name(),
                arm.model().name(),
                arm.model().version().orElse(null),
                arm.percent(),
                tally.calls(),
                tally.rows(),
                tally.errors(),
                tally.scores(),
                tally.meanScore(),
                TimeUnit.NANOSECONDS.toMicros(tally.meanNanos()),
                tally.droppedCalls());
    }
}
