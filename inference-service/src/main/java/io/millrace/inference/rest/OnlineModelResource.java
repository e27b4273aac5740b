package io.millrace.inference.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.inference.app.learn.LearnResult;
import io.millrace.inference.app.learn.LearnerStatus;
import io.millrace.inference.app.learn.Learners;
import io.millrace.models.kernel.learn.LabelGuard;
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
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Online models over REST: listed, asked for a version, resumed, removed. They are applied with the pipelines. Refusals are RFC 9457 problems. */
@Path("/v1/online-models")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class OnlineModelResource {
    private final Learners learners;

    public OnlineModelResource(Learners learners) {
        this.learners = learners;
    }

    @RegisterForReflection
    public record Listing(@JsonProperty("online_models") List<Summary> models) {}

    /**
     * An online model.
     *
     * @param state {@code learning}, {@code frozen}, or {@code elsewhere} where the replica that answers does not feed it
     * @param learned null where it is elsewhere
     * @param definition the YAML as it was applied
     */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Summary(
            String name,
            String labels,
            String algorithm,
            String state,
            @Nullable Learned learned,
            String definition) {}

    /**
     * How it fares. Errors are of predictions that were made before their labels were learned.
     *
     * @param labels labelled predictions that were taken
     * @param results what came of them, by the reason where they were not learned
     * @param freeze absent while it learns
     * @param failure why the last version could not be made; absent where it could
     */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Learned(
            long labels,
            Map<String, Long> results,
            @JsonProperty("since_version") long sinceVersion,
            @Nullable Freeze freeze,
            long measured,

            @JsonProperty("log_loss") @Nullable Double logLoss,

            @Nullable Double accuracy,

            @JsonProperty("mean_squared_error") @Nullable Double meanSquaredError,

            @JsonProperty("mean_absolute_error") @Nullable Double meanAbsoluteError,

            @JsonProperty("recent_loss") @Nullable Double recentLoss,

            long drifts,
            long freezes,
            List<String> versions,
            @Nullable String failure) {}

    /**
     * Why nothing is learned.
     *
     * @param reason CLASS_FLOOD, LOSS_ROSE or WORSE_THAN_LAST_GOOD
     * @param example how many labels the guard had been offered
     * @param bound how far measured and reference may be apart
     */
    @RegisterForReflection
    public record Freeze(String reason, long example, double measured, double reference, double bound) {}

    /** @param newReference whether the next window of labels is what later ones are held against */
    @RegisterForReflection
    public record ResumeRequest(
            @JsonProperty("new_reference") boolean newReference) {}

    /** All online models by name. */
    @GET
    public Listing list() {
        return new Listing(
                learners.list().stream().map(OnlineModelResource::summary).toList());
    }

    /** One online model; 404 where no such is applied. */
    @GET
    @Path("/{name}")
    public Summary get(String name) {
        return summary(learners.get(name));
    }

    /** Asks for a version of what is learned now, which the replica that feeds the model makes within seconds. 404; safe to repeat. */
    @POST
    @Path("/{name}/snapshot")
    public Summary snapshot(String name) {
        return summary(learners.snapshot(name));
    }

    /** Lets a frozen model learn again: without a body, against the same reference. 404, 412 where it is not frozen. */
    @POST
    @Path("/{name}/resume")
    @Consumes(MediaType.APPLICATION_JSON)
    public Summary resume(String name, @Nullable ResumeRequest request) {
        return summary(learners.resume(name, request != null && request.newReference()));
    }

    /** Removes an online model; its versions stay. 204, 404 where no such is applied. */
    @DELETE
    @Path("/{name}")
    public void remove(String name) {
        learners.remove(name);
    }

    private static Summary summary(Learners.Summary summary) {
        return new Summary(
                summary.model().name(),
                summary.model().labels(),
                summary.model().algorithm().word(),
                summary.status()
                        .map(status -> status.freeze().isPresent() ? "frozen" : "learning")
                        .orElse("elsewhere"),
                summary.status()
                        .map(status ->
                                learned(status, summary.model().algorithm().isOfClasses()))
                        .orElse(null),
                summary.model().yaml());
    }

    private static Learned learned(LearnerStatus status, boolean classes) {
        var results = new TreeMap<String, Long>();
        for (LearnResult result : LearnResult.values()) {
            if (status.of(result) > 0) {
                results.put(result.word(), status.of(result));
            }
        }
        return new Learned(
                status.labels(),
                results,
                status.sinceVersion(),
                status.freeze().map(OnlineModelResource::freeze).orElse(null),
                status.measured(),
                classes ? finite(status.logLoss()) : null,
                classes ? finite(status.accuracy()) : null,
                finite(status.meanSquaredError()),
                finite(status.meanAbsoluteError()),
                finite(status.recentLoss()),
                status.drifts(),
                status.freezes(),
                status.versions(),
                status.failure().isEmpty() ? null : status.failure());
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static Freeze freeze(LabelGuard.Freeze freeze) {
        return new Freeze(
                freeze.reason().name(), freeze.example(), freeze.measured(), freeze.reference(), freeze.bound());
    }
}
