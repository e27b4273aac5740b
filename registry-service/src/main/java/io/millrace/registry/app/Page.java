package io.millrace.registry.app;

import java.util.List;

/**
 * One page of a list.
 *
 * @param nextToken empty on the last page
 */
public record Page<T>(List<T> items, String nextToken) {}
