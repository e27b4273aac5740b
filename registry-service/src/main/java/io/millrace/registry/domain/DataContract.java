package io.millrace.registry.domain;

import java.util.List;

/** What the registry needs to know of a contract; the whole of it is its canonical JSON. */
public record DataContract(
        ProductId product, String version, String description, List<String> tags, List<SchemaObject> schema) {}
