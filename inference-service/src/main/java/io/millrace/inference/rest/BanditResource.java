package io.millrace.inference.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.inference.app.experiment.BanditReport;
import io.millrace.inference.app.experiment.Bandits;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bandits of deployments over REST: what they know, and what policies that never ran would have earned. */
@Path("/v1/bandits")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class BanditResource {
    private final Bandits bandits;

    public BanditResource(Bandits bandits) {
        this.bandits = bandits;
    }

    @RegisterForReflection
    public record Listing(List<Answer> bandits) {}

    /**
     * A bandit.
     *
     * @param since the first revision of the deployment whose choices count
     * @param to behind the last outcome that it knows
     * @param policies {@code deployed} is the one that ran
     */
    @RegisterForReflection
    public record Answer(
            String deployment,
            String labels,
            @JsonProperty("since_revision") long since,
            @JsonProperty("to_offset") long to,
            @JsonProperty("to_micros") long toMicros,
            List<Arm> arms,
            List<Policy> policies) {}

    /**
     * An arm.
     *
     * @param mean reward, from 0 to 1; null of none
     * @param chance with which it is chosen now, where nothing is known of a call
     */
    @RegisterForReflection
    public record Arm(String name, long rewards, @Nullable Double mean, double chance) {}

    /** What a policy would have earned per call, from 0 to 1. Believe none of it where the effective rows are few. */
    @RegisterForReflection
    public record Policy(
            String name,
            long rows,
            @JsonProperty("clipped_rows") long clippedRows,
            @JsonProperty("effective_rows") @Nullable Double effectiveRows,
            @JsonProperty("inverse_propensity") Interval inversePropensity,
            @JsonProperty("self_normalised") Interval selfNormalised,
            @JsonProperty("doubly_robust") Interval doublyRobust,
            Interval anytime) {}

    /** Null is what is not known yet. */
    @RegisterForReflection
    public record Interval(
            @Nullable Double estimate,
            @Nullable Double lower,
            @Nullable Double upper) {}

    /** All bandits of which something is known, by name. */
    @GET
    public Listing list() {
        return new Listing(bandits.list().stream().map(BanditResource::answer).toList());
    }

    /** One; 404 where nothing is known of it. */
    @GET
    @Path("/{deployment}")
    public Answer get(String deployment) {
        return answer(bandits.get(deployment));
    }

    private static Answer answer(BanditReport report) {
        return new Answer(
                report.deployment(),
                report.labels(),
                report.since(),
                report.offset(),
                report.micros(),
                report.arms().stream()
                        .map(arm ->
                                new Arm(arm.arm(), arm.rewards(), ExperimentAnswer.finite(arm.mean()), arm.chance()))
                        .toList(),
                report.policies().stream().map(BanditResource::policy).toList());
    }

    private static Policy policy(BanditReport.Value value) {
        var estimates = value.estimates();
        return new Policy(
                value.policy(),
                estimates.rows(),
                estimates.clippedRows(),
                ExperimentAnswer.finite(estimates.effectiveRows()),
                interval(estimates.inversePropensity()),
                interval(estimates.selfNormalised()),
                interval(estimates.doublyRobust()),
                interval(estimates.anytime()));
    }

    private static Interval interval(io.millrace.models.kernel.evidence.Interval interval) {
        return new Interval(
                ExperimentAnswer.finite(interval.estimate()),
                ExperimentAnswer.finite(interval.lower()),
                ExperimentAnswer.finite(interval.upper()));
    }
}
