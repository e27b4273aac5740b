package io.millrace.inference.config;

import io.millrace.gate.ConfigBounds;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PostConstruct;
import jakarta.inject.Singleton;

/** Refuses to start with a setting out of the bounds that {@link InferenceConfig} names, all of them at once. */
@Startup
@Singleton
public class SettingsCheck {
    private final InferenceConfig config;
    private final BatchConfig batch;
    private final JobsConfig jobs;
    private final PayloadsConfig payloads;
    private final LabelsConfig labels;
    private final OutcomesConfig outcomes;
    private final WatchConfig watch;

    public SettingsCheck(
            InferenceConfig config,
            BatchConfig batch,
            JobsConfig jobs,
            PayloadsConfig payloads,
            LabelsConfig labels,
            OutcomesConfig outcomes,
            WatchConfig watch) {
        this.watch = watch;
        this.config = config;
        this.batch = batch;
        this.jobs = jobs;
        this.payloads = payloads;
        this.labels = labels;
        this.outcomes = outcomes;
    }

    @PostConstruct
    void check() {
        var bounds = new ConfigBounds("millrace.inference");
        bounds.positive("features.deadline", config.features().deadline());
        bounds.number("features.max-concurrent-calls", config.features().maxConcurrentCalls(), 1, Integer.MAX_VALUE);
        bounds.number("features.max-attempts", config.features().maxAttempts(), 1, 10);
        bounds.share("features.retry-budget", config.features().retryBudget(), 0, 0.1);
        bounds.number("features.max-rows", config.features().maxRows(), 1, 10_000);
        bounds.positive("registry.deadline", config.registry().deadline());
        bounds.time("models.poll-interval", config.models().pollInterval(), "PT0.1S", "P1D");
        bounds.time("models.s3.timeout", config.models().s3().timeout(), "PT0.1S", "PT1H");
        bounds.number(
                "predict.max-concurrent-requests", config.predict().maxConcurrentRequests(), 1, Integer.MAX_VALUE);
        bounds.time("predict.event-loop-delay", config.predict().eventLoopDelay(), "PT0.001S", "PT1M");
        bounds.positive("predict.deadline", config.predict().deadline());
        bounds.number("predict.max-rows", config.predict().maxRows(), 1, 10_000);
        config.serving()
                .concurrency()
                .ifPresent(runs -> bounds.number("serving.concurrency", runs, 1, Integer.MAX_VALUE));
        bounds.number("serving.queue-size", config.serving().queueSize(), 0, Integer.MAX_VALUE);
        config.serving().queueTimeout().ifPresent(time -> bounds.positive("serving.queue-timeout", time));
        bounds.number("streams.poll-records", config.streams().pollRecords(), 1, Integer.MAX_VALUE);
        bounds.number("streams.contract-rows", config.streams().contractRows(), 1, Integer.MAX_VALUE);
        bounds.number("events.max-waiting", config.events().maxWaiting(), 1, 100_000);
        bounds.time("schema-registry.timeout", config.schemaRegistry().timeout(), "PT0.1S", "PT1M");
        BatchWiring.check(bounds, batch, jobs);
        PayloadWiring.check(bounds, payloads);
        LabelWiring.check(bounds, labels, outcomes);
        WatchWiring.check(bounds, watch);
        bounds.number("shadow.max-calls", config.shadow().maxCalls(), 1, 100_000);
        bounds.number("shadow.max-rows", config.shadow().maxRows(), 1, Integer.MAX_VALUE);
        bounds.refuseFaults();
    }
}
