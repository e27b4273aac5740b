package io.millrace.inference.sample;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

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

    /** With golden requests beside it. */
    public static Path publish(Path root, String name, String version, byte[] model, String rest, String golden) {
        String yaml = yaml(name, version, "model.onnx", sha256(model), rest);
        return publish(
                root,
                name,
                version,
                Map.of(
                        "model.yaml",
                        yaml.getBytes(StandardCharsets.UTF_8),
                        "model.onnx",
                        model,
                        "golden.json",
                        golden.getBytes(StandardCharsets.UTF_8)));
    }

    public static Path publish(Path root, String name, String version, byte[] model, String rest) {
        return publish(root, name, version, yaml(name, version, "model.onnx", sha256(model), rest), model);
    }

    public static Path publish(Path root, String name, String version, String yaml, byte[] model) {
        return publish(
                root, name, version, Map.of("model.yaml", yaml.getBytes(StandardCharsets.UTF_8), "model.onnx", model));
    }

    /** Files by their names. */
    public static Path publish(Path root, String name, String version, Map<String, byte[]> files) {
        try {
            Path folder = Files.createDirectories(root.resolve(name)).resolve(version);
            Path aside = Files.createTempDirectory(root, ".new-");
            for (var file : files.entrySet()) {
                Files.write(aside.resolve(file.getKey()), file.getValue());
            }
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
