package io.millrace.inference.grpc.oip;

import io.millrace.inference.app.ModelCatalog.Tallied;
import io.millrace.inference.app.ModelTally;
import io.millrace.inference.app.ModelTally.Total;
import io.millrace.proto.oip.InferBatchStatistics;
import io.millrace.proto.oip.InferStatistics;
import io.millrace.proto.oip.ModelStatistics;
import io.millrace.proto.oip.ModelStatisticsResponse;
import io.millrace.proto.oip.StatisticDuration;
import java.util.List;

/** Tallies as the protocol's statistics. */
final class OipStatistics {
    private OipStatistics() {}

    static ModelStatisticsResponse of(List<Tallied> tallies) {
        var response = ModelStatisticsResponse.newBuilder();
        tallies.forEach(tallied -> response.addModelStats(statistics(tallied)));
        return response.build();
    }

    private static ModelStatistics statistics(Tallied tallied) {
        ModelTally tally = tallied.tally();
        var statistics = ModelStatistics.newBuilder()
                .setName(tallied.name())
                .setVersion(tallied.version())
                .setLastInference(tally.lastMillis())
                .setInferenceCount(tally.rows())
                .setExecutionCount(tally.runs())
                .setInferenceStats(InferStatistics.newBuilder()
                        .setSuccess(duration(tally.success()))
                        .setFail(duration(tally.failure()))
                        .setQueue(duration(tally.queue()))
                        .setComputeInput(duration(tally.input()))
                        .setComputeInfer(duration(tally.infer()))
                        .setComputeOutput(duration(tally.output()))
                        .setCacheHit(duration(tally.cacheHit()))
                        .setCacheMiss(duration(tally.cacheMiss())));
        for (ModelTally.BatchTotal batch : tally.batches()) {
            statistics.addBatchStats(InferBatchStatistics.newBuilder()
                    .setBatchSize(batch.rows())
                    .setComputeInput(duration(batch.input()))
                    .setComputeInfer(duration(batch.infer()))
                    .setComputeOutput(duration(batch.output())));
        }
        return statistics.build();
    }

    private static StatisticDuration duration(Total total) {
        return StatisticDuration.newBuilder()
                .setCount(total.count())
                .setNs(total.nanos())
                .build();
    }
}
