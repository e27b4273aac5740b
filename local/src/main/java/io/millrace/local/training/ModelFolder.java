package io.millrace.local.training;

import io.millrace.local.platform.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Writes model versions into the repository of inference-service: a version is there whole or not at all. */
public final class ModelFolder {
    private static final String REFERENCE = "reference.csv";
    private static final String SCORE = "prediction";

    private final Path repository;
    private final Path scratch;

    /**
     * @param scratch on the same file system as the repository
     */
    public ModelFolder(Path repository, Path scratch) {
        this.repository = repository;
        this.scratch = scratch;
    }

    /**
     * Publishes {@code model.onnx}, {@code model.yaml} and the rows of {@code reference.csv} as one version.
     *
     * @param rows what the model was fitted on, in its columns' order; NaN where a value was missing
     * @return the digest of the model file
     * @throws CommandFailure where the version is there already: versions do not change
     */
    public String publish(
            PipelineShape pipeline, String version, LogisticModel model, byte[] onnx, List<double[]> rows) {
        Path folder = repository.resolve(pipeline.modelName()).resolve(version);
        if (Files.exists(folder)) {
            throw CommandFailure.failed(folder + " is there already");
        }
        String digest = sha256(onnx);
        try {
            Files.createDirectories(scratch);
            Files.createDirectories(folder.getParent());
            Path draft = Files.createTempDirectory(scratch, "model-");
            Files.write(draft.resolve("model.onnx"), onnx);
            Files.write(draft.resolve(REFERENCE), reference(model, rows));
            Files.writeString(draft.resolve("model.yaml"), yaml(pipeline, version, model, digest));
            Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw CommandFailure.failed("the model cannot be written: " + e.getMessage());
        }
        return digest;
    }

    static String yaml(PipelineShape pipeline, String version, LogisticModel model, String digest) {
        var yaml = new StringBuilder("""
                kind: Model
                name: %s
                version: "%s"
                engine: onnxruntime
                file: model.onnx
                digest: %s
                inputs:
                  - name: %s
                    type: float32
                    columns:
                """.formatted(pipeline.modelName(), version, digest, OnnxFile.INPUT));
        for (int column = 0; column < model.columns().size(); column++) {
            String name = model.columns().get(column);
            yaml.append(
                    pipeline.request().contains(name)
                            ? "      - {request: " + name + "}\n"
                            : "      - {feature: \"" + name + "\", impute: " + model.impute(column) + "}\n");
        }
        return yaml.append("output: {name: ")
                .append(OnnxFile.OUTPUT)
                .append(", column: 1}\nreference: {file: ")
                .append(REFERENCE)
                .append(", score: ")
                .append(SCORE)
                .append("}\n")
                .toString();
    }

    private static List<String> reference(LogisticModel model, List<double[]> rows) {
        var lines = new ArrayList<String>(rows.size() + 1);
        lines.add(String.join(",", model.columns()) + "," + SCORE);
        for (double[] row : rows) {
            var line = new StringBuilder();
            for (double value : row) {
                line.append(Double.isNaN(value) ? "" : String.valueOf(value)).append(',');
            }
            lines.add(line.append(model.probability(row)).toString());
        }
        return lines;
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
