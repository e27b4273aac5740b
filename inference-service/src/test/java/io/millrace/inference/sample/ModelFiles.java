package io.millrace.inference.sample;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Writes model versions as a publisher would: aside first, then moved into place. */
public final class ModelFiles {
    /** One float32 input with feature {@code v:a} (imputed with 0.5) and request field {@code x}; column 0 of {@code output}. */
    public static final String TWO_COLUMNS = """
            inputs:
              - name: input
                type: float32
                columns:
                  - {feature: "v:a", impute: 0.5}
                  - {request: x}
            output: {name: output, column: 0}
            """;

    private ModelFiles() {}

    public static Path publish(Path root, String name, String version, ModelProto model, String rest) {
        return publish(root, name, version, model.toByteArray(), rest);
    }

    public static Path publish(Path root, String name, String version, byte[] model, String rest) {
        return publish(root, name, version, yaml(name, version, "model.onnx", sha256(model), rest), model);
    }

    public static Path publish(Path root, String name, String version, String yaml, byte[] model) {
        try {
            Path folder = Files.createDirectories(root.resolve(name)).resolve(version);
            Path aside = Files.createTempDirectory(root, ".new-");
            Files.writeString(aside.resolve("model.yaml"), yaml);
            Files.write(aside.resolve("model.onnx"), model);
            if (Files.exists(folder)) {
                delete(folder);
            }
            return Files.move(aside, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void delete(Path folder) {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String yaml(String name, String version, String file, String digest, String rest) {
        return """
                kind: Model
                name: %s
                version: "%s"
                engine: onnxruntime
                file: %s
                digest: %s
                """.formatted(name, version, file, digest) + rest;
    }

    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
