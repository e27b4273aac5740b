package io.millrace.registry.domain;

import java.util.List;

/** A table of a contract. */
public record SchemaObject(String name, List<Column> columns, List<QualityRule> rules) {}
