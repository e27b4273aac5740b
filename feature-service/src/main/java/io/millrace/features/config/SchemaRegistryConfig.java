package io.millrace.features.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** The schema registry that records in Avro and Protobuf name their schemas in: one with the HTTP interface of Confluent's. */
@ConfigMapping(prefix = "millrace.features.schema-registry")
public interface SchemaRegistryConfig {
    /** Where it is, such as {@code http://registry:8081}; where it is left out, records carry no schema id. */
    Optional<URI> url();

    /** Name for basic authentication. */
    Optional<String> username();

    /** Password for basic authentication. */
    Optional<String> password();

    /** How long one request may take; 100 ms to 1 min. */
    @WithDefault("5s")
    Duration timeout();
}
