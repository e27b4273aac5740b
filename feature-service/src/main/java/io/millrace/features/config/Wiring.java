package io.millrace.features.config;

import io.millrace.features.app.EventTimeBound;
import io.millrace.features.app.FeastSettings;
import io.millrace.features.app.PushStreams;
import io.millrace.features.app.Pushes;
import io.millrace.features.app.ReadLimits;
import io.millrace.features.app.VectorLimits;
import io.quarkus.virtual.threads.VirtualThreads;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;

/** Makes the beans that are values of the configuration. */
public class Wiring {
    private static final int READS_OF_REDIS = 64;

    @Produces
    @Singleton
    InstantSource clock() {
        return InstantSource.system();
    }

    @Produces
    @Singleton
    EventTimeBound eventTimeBound(FeaturesConfig config) {
        return new EventTimeBound(config.ingestion().maxFutureSkew());
    }

    @Produces
    @Singleton
    PushStreams pushStreams(Pushes pushes, @VirtualThreads ExecutorService virtualThreads, FeaturesConfig config) {
        return new PushStreams(
                pushes,
                virtualThreads,
                config.push().streamRows(),
                config.push().maxStreams());
    }

    /** Only the embedded store answers in microseconds; a store behind a network never holds an event loop. */
    @Produces
    @Singleton
    ReadLimits readLimits(FeaturesConfig config) {
        boolean embedded = config.onlineStore().kind() == FeaturesConfig.Kind.EMBEDDED;
        return new ReadLimits(
                embedded ? config.reads().inlineRows() : 0,
                config.reads().maxWaiting(),
                concurrency(config.reads().concurrency(), embedded),
                config.reads().maxCompleteWait(),
                config.reads().maxQueueing(),
                config.reads().admitted());
    }

    private static int concurrency(int set, boolean embedded) {
        if (set > 0) {
            return set;
        }
        return embedded ? 2 * Runtime.getRuntime().availableProcessors() : READS_OF_REDIS;
    }

    @Produces
    @Singleton
    VectorLimits vectorLimits(VectorsConfig config) {
        return new VectorLimits(config.effort(), config.concurrency(), config.patience());
    }

    @Produces
    @Singleton
    FeastSettings feastSettings(FeaturesConfig config) {
        return new FeastSettings(config.feast().ignoreTtl(), config.feast().writeWait());
    }
}
