package io.millrace.inference.app.queue;

import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelTally;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelServing;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Makes the lanes of model versions, and has the threads that they share: those on which runs go that would hold a virtual thread's carrier for long. */
@ApplicationScoped
public class Lanes {
    private static final int QUEUE_SIZE = 256;
    private static final long CACHE_BYTES = 64 << 20;

    private final int concurrency;
    private final int queueSize;
    private final Optional<Duration> queueTimeout;
    private final long cacheBytes;
    private final InstantSource clock;
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("engine-", 0).daemon().factory());

    @Inject
    public Lanes(InferenceConfig config, InstantSource clock) {
        this(
                config.serving().concurrency().orElse(processors()),
                config.serving().queueSize(),
                config.serving().queueTimeout(),
                config.serving().cacheSize().asLongValue(),
                clock);
    }

    private Lanes(
            int concurrency, int queueSize, Optional<Duration> queueTimeout, long cacheBytes, InstantSource clock) {
        this.concurrency = concurrency;
        this.queueSize = queueSize;
        this.queueTimeout = queueTimeout;
        this.cacheBytes = cacheBytes;
        this.clock = clock;
    }

    /** With the settings' defaults. */
    public static Lanes byDefault(InstantSource clock) {
        return new Lanes(processors(), QUEUE_SIZE, Optional.empty(), CACHE_BYTES, clock);
    }

    /**
     * The lane of a version that was loaded.
     *
     * @param hold keeps the version loaded
     */
    public ModelLane lane(ModelDefinition definition, LoadedModel model, ModelTally tally, ModelLane.Hold hold) {
        ModelServing said = definition.serving();
        var settings = new LaneSettings(
                said.concurrency().orElse(concurrency),
                said.queueSize().orElse(queueSize),
                said.queueTimeout().or(() -> queueTimeout),
                said.batching(),
                said.cache(),
                cacheBytes);
        String title = "model '" + definition.name() + "' version '" + definition.version() + "'";
        return new ModelLane(title, model, settings, tally, hold, threads, clock);
    }

    private static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    @PreDestroy
    void close() {
        threads.shutdown();
    }
}
