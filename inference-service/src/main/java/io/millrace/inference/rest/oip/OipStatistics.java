package io.millrace.inference.rest.oip;

import io.millrace.inference.app.ModelCatalog.Tallied;
import io.millrace.inference.app.ModelTally;
import io.millrace.inference.app.ModelTally.Total;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;

/** Tallies as the protocol's statistics. */
@RegisterForReflection
record OipStatistics(List<ModelStatistics> model_stats) {
    /** How often, and nanoseconds in all. */
    @RegisterForReflection
    record Span(long count, long ns) {
        static Span of(Total total) {
            return new Span(total.count(), total.nanos());
        }
    }

    @RegisterForReflection
    record InferStatistics(
            Span success, Span fail, Span queue, Span compute_input, Span compute_infer, Span compute_output) {}

    @RegisterForReflection
    record BatchStatistics(int batch_size, Span compute_input, Span compute_infer, Span compute_output) {}

    /**
     * A version's figures since it was loaded.
     *
     * @param last_inference milliseconds since the epoch; 0: none yet
     * @param inference_count rows
     * @param execution_count runs of the engine
     */
    @RegisterForReflection
    record ModelStatistics(
            String name,
            String version,
            long last_inference,
            long inference_count,
            long execution_count,
            InferStatistics inference_stats,
            List<BatchStatistics> batch_stats) {
        static ModelStatistics of(Tallied tallied) {
            ModelTally tally = tallied.tally();
            return new ModelStatistics(
                    tallied.name(),
                    tallied.version(),
                    tally.lastMillis(),
                    tally.rows(),
                    tally.infer().count(),
                    new InferStatistics(
                            Span.of(tally.success()),
                            Span.of(tally.failure()),
                            Span.of(tally.queue()),
                            Span.of(tally.input()),
                            Span.of(tally.infer()),
                            Span.of(tally.output())),
                    tally.batches().stream()
                            .map(batch -> new BatchStatistics(
                                    batch.rows(),
                                    Span.of(batch.input()),
                                    Span.of(batch.infer()),
                                    Span.of(batch.output())))
                            .toList());
        }
    }

    static OipStatistics of(List<Tallied> tallies) {
        return new OipStatistics(tallies.stream().map(ModelStatistics::of).toList());
    }
}
