package io.millrace.definitions;

/**
 * A definition file as its author wrote it.
 *
 * @param path as the author knows it; used in messages only
 * @param content YAML, one or several documents
 */
public record DefinitionFile(String path, String content) {}
