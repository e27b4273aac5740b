package io.millrace.edge.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.edge.domain.NodeState.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AggregateTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void aNodeInErrorCountsAsANodeAndNeverAsQualityZero() {
        var aggregate = Aggregate.of(
                NOW,
                List.of(
                        state("a", Status.SUCCESS, 100, 0.9),
                        state("b", Status.SUCCESS, 300, 0.5),
                        state("c", Status.ERROR, 1_000, 0.1)));

        assertThat(aggregate.nodes()).hasSize(3);
        assertThat(aggregate.totalRecords()).isEqualTo(400);
        assertThat(aggregate.quality().getAsDouble()).isCloseTo(0.7, within(1e-12));
        assertThat(aggregate.weightedQuality().getAsDouble()).isCloseTo(0.6, within(1e-12));
    }

    @Test
    void withoutAnAnswerThereIsNoQuality() {
        assertThat(Aggregate.of(NOW, List.of(state("c", Status.ERROR, 1, 0.1))).quality())
                .isEmpty();
        assertThat(Aggregate.of(NOW, List.of(state("c", Status.SUCCESS, 0, 0.4)))
                        .quality())
                .hasValue(0.4);
        assertThat(Aggregate.of(NOW, List.of(state("c", Status.SUCCESS, 0, 0.4)))
                        .weightedQuality())
                .isEmpty();
    }

    @Test
    void theRecordsOfTenThousandFullNodesFit() {
        var full = state("a", Status.SUCCESS, Summary.MAX_RECORDS, 1);
        var aggregate = Aggregate.of(NOW, java.util.Collections.nCopies(10_000, full));

        assertThat(aggregate.totalRecords()).isEqualTo(10_000 * Summary.MAX_RECORDS);
        assertThat(aggregate.weightedQuality().getAsDouble()).isCloseTo(1.0, within(1e-9));
    }

    private static NodeState state(String id, Status status, long records, double quality) {
        var node = new EdgeNode(id, Optional.empty(), "airports", Duration.ofSeconds(10));
        return new NodeState(
                node,
                status,
                Optional.empty(),
                Optional.of(NOW),
                0,
                Optional.of(new Summary(records, quality, NOW, "{}")));
    }
}
