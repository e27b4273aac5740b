package io.millrace.edge.domain;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * All nodes at the end of a cycle. A node in error counts nowhere but among {@code nodes}: never as quality 0.
 *
 * @param quality mean over the nodes that answered; empty where none did
 * @param weightedQuality mean weighted by record count; empty where no record was counted
 */
public record Aggregate(
        Instant timestamp,
        List<NodeState> nodes,
        long totalRecords,
        OptionalDouble quality,
        OptionalDouble weightedQuality) {
    public Aggregate {
        nodes = List.copyOf(nodes);
    }

    public static Aggregate of(Instant timestamp, List<NodeState> nodes) {
        long records = 0;
        int answered = 0;
        double sum = 0;
        double weighted = 0;
        for (NodeState node : nodes) {
            Optional<Summary> summary = node.counted();
            if (summary.isPresent()) {
                answered++;
                records = Math.addExact(records, summary.get().recordCount());
                sum += summary.get().qualityScore();
                weighted += summary.get().qualityScore() * summary.get().recordCount();
            }
        }
        return new Aggregate(
                timestamp,
                nodes,
                records,
                answered == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / answered),
                records == 0 ? OptionalDouble.empty() : OptionalDouble.of(weighted / records));
    }

    public long answered() {
        return nodes.stream().filter(node -> node.counted().isPresent()).count();
    }
}
