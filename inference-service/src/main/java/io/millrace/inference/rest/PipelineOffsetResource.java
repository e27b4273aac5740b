package io.millrace.inference.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.offsets.PipelineOffsets.Standing;
import io.millrace.inference.app.offsets.Rewind;
import io.millrace.inference.app.offsets.RewindTarget;
import io.millrace.inference.app.offsets.Rewinds;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Where pipelines stand in their input topics, over REST, and moving them. */
@Path("/v1/pipelines")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class PipelineOffsetResource {
    private final Rewinds rewinds;

    public PipelineOffsetResource(Rewinds rewinds) {
        this.rewinds = rewinds;
    }

    /** Over all replicas; {@code lag} counts records that are not scored yet. */
    @RegisterForReflection
    public record Offsets(String topic, long lag, List<Partition> partitions) {}

    /** A partition; {@code committed} is null where nothing was committed yet. */
    @RegisterForReflection
    public record Partition(int partition, @Nullable Long committed, long first, long end) {}

    /**
     * Where to move to.
     *
     * @param to earliest, latest, an RFC 3339 instant, or offsets like {@code 0=123,1=456}
     * @param forward whether records may be skipped
     * @param dryRun whether to say only what would be done
     */
    @RegisterForReflection
    public record RewindRequest(
            @Nullable String to,
            boolean forward,
            @JsonProperty("dry_run") boolean dryRun) {}

    /** What was done, or would be: offsets that are scored {@code again}, and those that are {@code skipped}. */
    @RegisterForReflection
    public record RewindResponse(
            String topic, List<Move> moves, long again, long skipped, boolean paused, boolean done) {}

    /** One partition; {@code from} is null where nothing was committed yet. */
    @RegisterForReflection
    public record Move(int partition, @Nullable Long from, long to, long again, long skipped) {}

    /** Where a pipeline stands. 404, 503. */
    @GET
    @Path("/{name}/offsets")
    public Offsets offsets(String name) {
        Standing standing = rewinds.look(name);
        return new Offsets(
                standing.topic(),
                standing.lag(),
                standing.partitions().stream()
                        .map(partition -> new Partition(
                                partition.partition(),
                                boxed(partition.committed()),
                                partition.first(),
                                partition.end()))
                        .toList());
    }

    /** Moves a paused pipeline. 400 where there is no such place, 412 where it is not paused or records would be skipped that nobody gave up. */
    @POST
    @Path("/{name}/rewind")
    @Consumes(MediaType.APPLICATION_JSON)
    public RewindResponse rewind(String name, @Nullable RewindRequest request) {
        if (request == null || request.to() == null) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "expected {\"to\", \"forward\", \"dry_run\"}");
        }
        RewindTarget target = RewindTarget.parse(request.to());
        Rewind rewind = request.dryRun() ? rewinds.plan(name, target) : rewinds.move(name, target, request.forward());
        return new RewindResponse(
                rewind.topic(),
                rewind.moves().stream()
                        .map(move ->
                                new Move(move.partition(), boxed(move.from()), move.to(), move.again(), move.skipped()))
                        .toList(),
                rewind.again(),
                rewind.skipped(),
                rewind.paused(),
                rewind.done());
    }

    private static @Nullable Long boxed(OptionalLong number) {
        return number.isPresent() ? number.getAsLong() : null;
    }
}
