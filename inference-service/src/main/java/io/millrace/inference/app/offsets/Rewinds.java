package io.millrace.inference.app.offsets;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.PipelineAdministration;
import io.millrace.inference.app.PipelineAdministration.State;
import io.millrace.inference.app.offsets.PipelineOffsets.Partition;
import io.millrace.inference.app.offsets.PipelineOffsets.Standing;
import io.millrace.inference.app.offsets.Rewind.Move;
import io.millrace.inference.domain.Pipeline;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/** Moves paused pipelines to other offsets of their input topics. Thread-safe. */
public final class Rewinds {
    private static final Logger LOG = Logger.getLogger(Rewinds.class);

    private final PipelineAdministration pipelines;
    private final PipelineOffsets offsets;

    public Rewinds(PipelineAdministration pipelines, PipelineOffsets offsets) {
        this.pipelines = pipelines;
        this.offsets = offsets;
    }

    /**
     * Where a pipeline stands, over all replicas.
     *
     * @throws Refusal PIPELINE_NOT_FOUND, OFFSETS_UNAVAILABLE
     */
    public Standing look(String name) {
        return offsets.look(pipelines.find(name));
    }

    /**
     * What {@link #move} would do, also while the pipeline runs.
     *
     * @throws Refusal PIPELINE_NOT_FOUND, OFFSETS_UNAVAILABLE; INVALID_REQUEST for a partition or offset that is not there
     */
    public Rewind plan(String name, RewindTarget target) {
        Pipeline pipeline = pipelines.find(name);
        return draft(pipeline, offsets.look(pipeline), target, false);
    }

    /**
     * Moves a pipeline that is paused, once every replica has left its group. It goes on from there when it is resumed. What it scores again appears again in
     * its output; a prediction carries its source, by which consumers tell.
     *
     * @param forward whether records may be skipped
     * @throws Refusal as {@link #plan}; PIPELINE_NOT_PAUSED; PIPELINE_IN_USE where a replica stays in the group; WOULD_SKIP where records would be
     *     skipped and {@code forward} is not set
     */
    public Rewind move(String name, RewindTarget target, boolean forward) {
        Pipeline pipeline = pipelines.find(name);
        requirePaused(name);
        Set<String> left = offsets.awaitNobody(pipeline);
        if (!left.isEmpty()) {
            throw new Refusal(
                    InferenceReason.PIPELINE_IN_USE,
                    "pipeline '" + name + "' is paused, but " + left
                            + " is still in its group: a replica that has not heard of it; try again");
        }
        Standing standing = offsets.look(pipeline);
        Rewind rewind = draft(pipeline, standing, target, true);
        if (rewind.skipped() > 0 && !forward) {
            throw new Refusal(
                    InferenceReason.WOULD_SKIP,
                    "that would skip " + rewind.skipped() + " records that were not scored, on partitions "
                            + rewind.moves().stream()
                                    .filter(move -> move.skipped() > 0)
                                    .map(Move::partition)
                                    .toList()
                            + ": ask for it (--forward, \"forward\": true), or choose an earlier place");
        }
        requirePaused(name);
        var to = new HashMap<Integer, Long>();
        rewind.moves().forEach(move -> to.put(move.partition(), move.to()));
        offsets.move(pipeline, standing, to);
        LOG.infof(
                "Pipeline %s was moved: %d records are scored again, %d are skipped: %s",
                name, rewind.again(), rewind.skipped(), rewind.moves());
        return rewind;
    }

    private void requirePaused(String name) {
        if (!isPaused(name)) {
            throw new Refusal(
                    InferenceReason.PIPELINE_NOT_PAUSED,
                    "pipeline '" + name + "' runs: pause it before it is moved, or ask what moving would do");
        }
    }

    private boolean isPaused(String name) {
        return pipelines.list().stream()
                .anyMatch(summary -> summary.pipeline().name().equals(name) && summary.state() == State.PAUSED);
    }

    private Rewind draft(Pipeline pipeline, Standing standing, RewindTarget target, boolean done) {
        Map<Integer, Long> to = places(pipeline, standing, target);
        List<Move> moves = new ArrayList<>();
        for (Partition partition : standing.partitions()) {
            Long offset = to.get(partition.partition());
            if (offset != null) {
                long next = partition.next();
                // Where nothing was committed, nothing was scored.
                long again = partition.committed().isEmpty() ? 0 : Math.max(0, next - offset);
                moves.add(new Move(
                        partition.partition(), partition.committed(), offset, again, Math.max(0, offset - next)));
            }
        }
        return new Rewind(pipeline.name(), standing.topic(), moves, done || isPaused(pipeline.name()), done);
    }

    private Map<Integer, Long> places(Pipeline pipeline, Standing standing, RewindTarget target) {
        var to = new HashMap<Integer, Long>();
        switch (target) {
            case RewindTarget.Earliest() ->
                standing.partitions().forEach(partition -> to.put(partition.partition(), partition.first()));
            case RewindTarget.Latest() ->
                standing.partitions().forEach(partition -> to.put(partition.partition(), partition.end()));
            case RewindTarget.At(var time) -> {
                Map<Integer, Long> at = offsets.at(pipeline, time);
                for (Partition partition : standing.partitions()) {
                    long offset = at.getOrDefault(partition.partition(), partition.end());
                    to.put(partition.partition(), Math.max(partition.first(), Math.min(partition.end(), offset)));
                }
            }
            case RewindTarget.Offsets(var given) ->
                given.forEach((partition, offset) -> to.put(partition, checked(standing, partition, offset)));
        }
        return to;
    }

    private static long checked(Standing standing, int number, long offset) {
        Partition partition = standing.partitions().stream()
                .filter(each -> each.partition() == number)
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        InferenceReason.INVALID_REQUEST,
                        "topic '" + standing.topic() + "' has "
                                + standing.partitions().size() + " partitions, none of them is " + number));
        if (offset < partition.first() || offset > partition.end()) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST,
                    "partition " + number + " of topic '" + standing.topic() + "' holds offsets " + partition.first()
                            + " to " + partition.end() + ", " + offset + " is none of them");
        }
        return offset;
    }
}
