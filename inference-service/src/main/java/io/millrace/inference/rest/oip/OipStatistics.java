package io.millrace.inference.rest.oip;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.millrace.inference.app.ModelCatalog.Tallied;
import io.millrace.inference.app.ModelTally;
import io.millrace.inference.app.ModelTally.Total;
import io.millrace.inference.app.queue.BatchChoice;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
            Span success,
            Span fail,
            Span queue,
            Span compute_input,
            Span compute_infer,
            Span compute_output,
            Span cache_hit,
            Span cache_miss) {}

    @RegisterForReflection
    record BatchStatistics(int batch_size, Span compute_input, Span compute_infer, Span compute_output) {}

    /**
     * What a version's batching chose, in microseconds.
     *
     * @param objective_p99_us there where one is declared
     * @param measured_p99_us there once calls have been measured
     */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Batching(
            int max_size,
            long max_delay_us,
            @Nullable Long objective_p99_us,
            @Nullable Long measured_p99_us) {
        static Batching of(BatchChoice choice) {
            return new Batching(
                    choice.maxSize(), micros(choice.maxDelay()), micros(choice.objective()), micros(choice.measured()));
        }

        private static @Nullable Long micros(Optional<Duration> time) {
            return time.map(Batching::micros).orElse(null);
        }

        private static long micros(Duration time) {
            return time.toNanos() / 1000;
        }
    }

    /**
     * A version's figures since it was loaded.
     *
     * @param last_inference milliseconds since the epoch; 0: none yet
     * @param inference_count rows
     * @param execution_count runs of the engine
     * @param batching there where calls are joined; Triton has no such field
     */
    @RegisterForReflection
    record ModelStatistics(
            String name,
            String version,
            long last_inference,
            long inference_count,
            long execution_count,
            InferStatistics inference_stats,
            List<BatchStatistics> batch_stats,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Batching batching) {
        static ModelStatistics of(Tallied tallied) {
            ModelTally tally = tallied.tally();
            return new ModelStatistics(
                    tallied.name(),
                    tallied.version(),
                    tally.lastMillis(),
                    tally.rows(),
                    tally.runs(),
                    new InferStatistics(
                            Span.of(tally.success()),
                            Span.of(tally.failure()),
                            Span.of(tally.queue()),
                            Span.of(tally.input()),
                            Span.of(tally.infer()),
                            Span.of(tally.output()),
                            Span.of(tally.cacheHit()),
                            Span.of(tally.cacheMiss())),
                    tally.batches().stream()
                            .map(batch -> new BatchStatistics(
                                    batch.rows(),
                                    Span.of(batch.input()),
                                    Span.of(batch.infer()),
                                    Span.of(batch.output())))
                            .toList(),
                    tallied.batching().map(Batching::of).orElse(null));
        }
    }

    static OipStatistics of(List<Tallied> tallies) {
        return new OipStatistics(tallies.stream().map(ModelStatistics::of).toList());
    }
}
