package io.millrace.inference.app;

import io.millrace.inference.domain.ModelDefinition;
import java.nio.ByteBuffer;

/**
 * A model's definition and the bytes of its file, whose digest was checked.
 *
 * @param content backed by an array of exactly its size
 */
public record ModelFile(ModelDefinition definition, ByteBuffer content) {}
