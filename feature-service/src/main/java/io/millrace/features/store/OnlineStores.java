package io.millrace.features.store;

import io.millrace.features.app.OnlineStore;
import io.millrace.features.config.FeaturesConfig;
import io.vertx.redis.client.Redis;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Opens the online store that the configuration names, for the life of the service. */
public class OnlineStores {
    private static final int MAX_OPEN_FILES = 512;
    private static final String KEY_PREFIX = "millrace:features:";

    @Produces
    @Singleton
    OnlineStore store(FeaturesConfig config, Instance<Redis> redis) {
        FeaturesConfig.OnlineStoreConfig settings = config.onlineStore();
        return switch (settings.kind()) {
            case EMBEDDED ->
                new RocksDbOnlineStore(
                        settings.directory(),
                        new RocksDbSettings(
                                settings.blockCache().asLongValue(),
                                settings.writeBuffer().asLongValue(),
                                MAX_OPEN_FILES));
            case REDIS -> new RedisOnlineStore(redis.get(), KEY_PREFIX, settings.timeout());
        };
    }

    void close(@Disposes OnlineStore store) {
        store.close();
    }
}
