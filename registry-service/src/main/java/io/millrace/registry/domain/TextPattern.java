package io.millrace.registry.domain;

import java.util.function.Predicate;

/**
 * A pattern of a contract.
 *
 * @param source as its author wrote it
 * @param found whether the pattern occurs anywhere in a text, in time linear in the text; patterns are not anchored, as in JSON Schema
 */
public record TextPattern(String source, Predicate<String> found) {}
