package io.millrace.inference.app;

import io.millrace.inference.domain.GoldenRequest;
import io.millrace.inference.domain.ModelDefinition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A model's definition and the bytes of its file, whose digest was checked.
 *
 * @param content backed by an array of exactly its size
 * @param golden what it must answer before it serves
 * @param reference the file with the rows of its reference, where it brings one
 * @param signer SHA-256 of the public key that signed the definition; empty where keys are not asked for
 */
public record ModelFile(
        ModelDefinition definition,
        ByteBuffer content,
        List<GoldenRequest> golden,
        Optional<ByteBuffer> reference,
        String signer) {
    public ModelFile {
        golden = List.copyOf(golden);
    }

    public ModelFile(ModelDefinition definition, ByteBuffer content) {
        this(definition, content, List.of(), Optional.empty(), "");
    }
}
