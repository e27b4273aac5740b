package io.millrace.inference.telemetry;

import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.ModelCatalog.Tallied;
import io.millrace.inference.app.ModelTally;
import io.millrace.inference.app.ModelTally.Failure;
import io.millrace.inference.app.queue.BatchChoice;
import io.prometheus.client.Collector;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The figures of model versions under the names and labels that Triton gives them, so that its dashboards work, and beside them what batching chose. They are read from the versions that serve when
 * they are scraped: a version that was let go of leaves nothing behind. What only grows is exposed without a type, because a counter's name would have to end in {@code _total}.
 */
@Singleton
public class TritonMetrics extends Collector implements Collector.Describable {
    public static final String REQUEST_SUCCESS = "nv_inference_request_success";
    public static final String REQUEST_FAILURE = "nv_inference_request_failure";
    public static final String COUNT = "nv_inference_count";
    public static final String EXEC_COUNT = "nv_inference_exec_count";
    public static final String PENDING = "nv_inference_pending_request_count";
    public static final String REQUEST_DURATION = "nv_inference_request_duration_us";
    public static final String QUEUE_DURATION = "nv_inference_queue_duration_us";
    public static final String INPUT_DURATION = "nv_inference_compute_input_duration_us";
    public static final String INFER_DURATION = "nv_inference_compute_infer_duration_us";
    public static final String OUTPUT_DURATION = "nv_inference_compute_output_duration_us";
    public static final String CACHE_HITS = "nv_cache_num_hits_per_model";
    public static final String CACHE_MISSES = "nv_cache_num_misses_per_model";
    public static final String CACHE_HIT_DURATION = "nv_cache_hit_duration_per_model";
    public static final String CACHE_MISS_DURATION = "nv_cache_miss_duration_per_model";
    public static final String BATCH_SIZE = "millrace_inference_batch_size_limit";
    public static final String BATCH_DELAY = "millrace_inference_batch_delay_seconds";
    public static final String BATCH_OBJECTIVE = "millrace_inference_batch_objective_seconds";
    public static final String BATCH_P99 = "millrace_inference_batch_p99_seconds";

    private static final List<String> LABELS = List.of("model", "version");
    private static final List<String> FAILURE_LABELS = List.of("model", "version", "reason");

    private final ModelCatalog catalog;

    public TritonMetrics(ModelCatalog catalog) {
        this.catalog = catalog;
    }

    void register(@Observes StartupEvent start, PrometheusMeterRegistry registry) {
        registry.getPrometheusRegistry().register(this);
    }

    @Override
    public List<MetricFamilySamples> describe() {
        return families(List.of());
    }

    @Override
    public List<MetricFamilySamples> collect() {
        return families(catalog.tallies());
    }

    private static List<MetricFamilySamples> families(List<Tallied> models) {
        var families = new ArrayList<MetricFamilySamples>();
        families.add(count(models, REQUEST_SUCCESS, "Calls that were answered", tally -> tally.success()
                .count()));
        families.add(failures(models));
        families.add(count(models, COUNT, "Rows of calls that runs answered", ModelTally::rows));
        families.add(count(models, EXEC_COUNT, "Runs of the engine", ModelTally::runs));
        families.add(gauge(
                models, PENDING, "Calls that wait for their run", model -> Optional.of((double) model.pending())));
        families.add(micros(models, REQUEST_DURATION, "From arrival to answer, microseconds", ModelTally::success));
        families.add(micros(models, QUEUE_DURATION, "Waiting for a run, microseconds", ModelTally::queue));
        families.add(micros(models, INPUT_DURATION, "Handing inputs to the engine, microseconds", ModelTally::input));
        families.add(micros(models, INFER_DURATION, "In the engine, microseconds", ModelTally::infer));
        families.add(
                micros(models, OUTPUT_DURATION, "Taking outputs from the engine, microseconds", ModelTally::output));
        families.add(count(models, CACHE_HITS, "Calls that were answered with what was kept", tally -> tally.cacheHit()
                .count()));
        families.add(count(models, CACHE_MISSES, "Calls whose answer was not kept", tally -> tally.cacheMiss()
                .count()));
        families.add(micros(models, CACHE_HIT_DURATION, "Of hits, microseconds", ModelTally::cacheHit));
        families.add(micros(
                models, CACHE_MISS_DURATION, "Of looking and keeping for misses, microseconds", ModelTally::cacheMiss));
        families.add(gauge(models, BATCH_SIZE, "Most rows of a run of several calls", model -> model.batching()
                .map(choice -> (double) choice.maxSize())));
        families.add(gauge(models, BATCH_DELAY, "How long a run waits for calls", model -> model.batching()
                .map(choice -> seconds(choice.maxDelay()))));
        families.add(gauge(models, BATCH_OBJECTIVE, "What 99 of 100 calls are to take", model -> model.batching()
                .flatMap(BatchChoice::objective)
                .map(TritonMetrics::seconds)));
        families.add(gauge(models, BATCH_P99, "What 99 of 100 calls took lately", model -> model.batching()
                .flatMap(BatchChoice::measured)
                .map(TritonMetrics::seconds)));
        return families;
    }

    private static MetricFamilySamples count(
            List<Tallied> models, String name, String help, ToDoubleFunction<ModelTally> value) {
        List<Sample> samples = models.stream()
                .map(model -> new Sample(name, LABELS, labels(model), value.applyAsDouble(model.tally())))
                .toList();
        return new MetricFamilySamples(name, Type.UNKNOWN, help, samples);
    }

    private static MetricFamilySamples micros(
            List<Tallied> models, String name, String help, Function<ModelTally, ModelTally.Total> total) {
        return count(models, name, help, tally -> total.apply(tally).nanos() / 1000);
    }

    private static MetricFamilySamples gauge(
            List<Tallied> models, String name, String help, Function<Tallied, Optional<Double>> value) {
        var samples = new ArrayList<Sample>();
        for (Tallied model : models) {
            value.apply(model).ifPresent(known -> samples.add(new Sample(name, LABELS, labels(model), known)));
        }
        return new MetricFamilySamples(name, Type.GAUGE, help, samples);
    }

    private static MetricFamilySamples failures(List<Tallied> models) {
        var samples = new ArrayList<Sample>();
        for (Tallied model : models) {
            for (Failure failure : Failure.values()) {
                samples.add(new Sample(
                        REQUEST_FAILURE,
                        FAILURE_LABELS,
                        List.of(model.name(), model.version(), failure.name()),
                        model.tally().failure(failure).count()));
            }
        }
        return new MetricFamilySamples(REQUEST_FAILURE, Type.UNKNOWN, "Calls that failed, by why", samples);
    }

    private static List<String> labels(Tallied model) {
        return List.of(model.name(), model.version());
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }
}
