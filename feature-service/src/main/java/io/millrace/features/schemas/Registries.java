package io.millrace.features.schemas;

import io.millrace.features.app.Projectors;
import io.millrace.features.config.SchemaRegistryConfig;
import io.millrace.features.kernel.registry.HttpSchemaRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Makes the registry where one is configured. */
public class Registries {
    @Produces
    @Singleton
    Projectors projectors(SchemaRegistryConfig config) {
        return new Projectors(config.url()
                .map(url -> new HttpSchemaRegistry(url, config.username(), config.password(), config.timeout())));
    }
}
