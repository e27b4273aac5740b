package io.millrace.features.store;

import io.millrace.features.app.DurableStore;
import io.millrace.features.app.StoreCopies;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.telemetry.FeatureMetrics;
import io.vertx.redis.client.Redis;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Opens the online store that the configuration names, for the life of the service. */
public class OnlineStores {
    private static final int MAX_OPEN_FILES = 512;
    private static final int BUCKETS_IN_A_CLUSTER = 32;
    private static final String KEY_PREFIX = "millrace:features:";

    @Produces
    @Singleton
    DurableStore store(
            FeaturesConfig config,
            Instance<Redis> redis,
            InstantSource clock,
            FeatureMetrics metrics,
            @ConfigProperty(name = "quarkus.redis.client-type", defaultValue = "standalone") String clientType) {
        FeaturesConfig.OnlineStoreConfig settings = config.onlineStore();
        return switch (settings.kind()) {
            case EMBEDDED -> {
                var embedded = new RocksDbOnlineStore(
                        settings.directory(),
                        new RocksDbSettings(
                                settings.blockCache().asLongValue(),
                                settings.writeBuffer().asLongValue(),
                                MAX_OPEN_FILES),
                        settings.verifyAtStart(),
                        clock);
                metrics.gauge(FeatureMetrics.STORE_FILE_BYTES, embedded.access(), RocksAccess::fileBytes);
                long cached = settings.rowCache().asLongValue();
                yield cached == 0 ? embedded : new CachedReads(embedded, new Plans(), cached);
            }
            case REDIS ->
                new RedisOnlineStore(redis.get(), KEY_PREFIX, buckets(settings, clientType), settings.timeout());
        };
    }

    @Produces
    @Singleton
    StoreCopies copies(DurableStore store) {
        return switch (store) {
            case CachedReads cached
            when cached.behind() instanceof RocksDbOnlineStore embedded -> new RocksCopies(embedded, cached::forgetAll);
            case RocksDbOnlineStore embedded -> new RocksCopies(embedded, () -> {});
            default -> new RedisCopies();
        };
    }

    private static int buckets(FeaturesConfig.OnlineStoreConfig settings, String clientType) {
        if (settings.buckets() > 0) {
            return settings.buckets();
        }
        return clientType.equalsIgnoreCase("cluster") ? BUCKETS_IN_A_CLUSTER : 1;
    }

    void close(@Disposes DurableStore store) {
        store.close();
    }
}
