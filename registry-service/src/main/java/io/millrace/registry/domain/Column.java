package io.millrace.registry.domain;

import java.util.List;
import java.util.Optional;

/**
 * A column of a table, or a value nested in one.
 *
 * @param name as it stands in the data; {@code []} for the items of an array
 * @param physicalName looked for where the data has no column of that name
 * @param type empty where any value is allowed
 * @param primaryKeyPosition order among the primary key's columns; columns without a position come last, in their order
 * @param properties of an object
 * @param items of an array
 */
public record Column(
        String name,
        Optional<String> physicalName,
        Optional<LogicalType> type,
        TypeOptions options,
        boolean required,
        boolean unique,
        boolean primaryKey,
        int primaryKeyPosition,
        List<Column> properties,
        Optional<Column> items,
        List<QualityRule> rules) {}
