package io.millrace.edge.app;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.millrace.edge.domain.Aggregate;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * An aggregate as REST, Kafka and the cloud get it.
 *
 * @param timestamp RFC 3339: when the cycle ended
 * @param edgeNodes all registered nodes, those in error included
 * @param dataQualityScore mean over the nodes that answered; absent where none did
 * @param weightedDataQualityScore mean weighted by record count; absent where no record was counted
 */
@RegisterForReflection
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AggregateView(
        String timestamp,
        int edgeNodes,
        long totalRecords,
        @Nullable Double dataQualityScore,
        @Nullable Double weightedDataQualityScore,
        List<NodeView> nodeData) {
    public static AggregateView of(Aggregate aggregate) {
        return new AggregateView(
                aggregate.timestamp().toString(),
                aggregate.nodes().size(),
                aggregate.totalRecords(),
                boxed(aggregate.quality()),
                boxed(aggregate.weightedQuality()),
                aggregate.nodes().stream().map(NodeView::inAggregate).toList());
    }

    private static @Nullable Double boxed(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }
}
