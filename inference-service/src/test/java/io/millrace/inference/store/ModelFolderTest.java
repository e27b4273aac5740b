package io.millrace.inference.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.app.ModelRepository.Candidate;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.OptionalDouble;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest {
    private static final byte[] MODEL = OnnxModels.linear(0, 1, 2).toByteArray();

    @TempDir
    Path root;

    @Test
    void aVersionIsReadWithItsDefinition() throws Exception {
        ModelFiles.publish(root, "m", "1", MODEL, ModelFiles.TWO_COLUMNS);
        ModelFile file = folder().read(only());
        assertThat(file.content().array()).isEqualTo(MODEL);
        assertThat(file.definition().inputs().getFirst().columns())
                .containsExactly(new Column.Feature("v:a", OptionalDouble.of(0.5)), new Column.Request("x"));
        assertThat(file.definition().output().orElseThrow().tensor()).isEqualTo("output");
    }

    @Test
    void everyFaultOfADefinitionIsGivenWithItsLine() {
        String yaml = ModelFiles.yaml("other", "1", "model.onnx", "abc", """
                inputs:
                  - name: input
                    typ: float32
                    columns:
                      - {feature: "no reference", impute: 0}
                      - {request: x, impute: 1}
                output: {name: output, columm: 1}
                """);
        ModelFiles.publish(root, "m", "1", yaml, MODEL);
        refused(
                ModelFault.INVALID_DEFINITION,
                "m/1/model.yaml:2: 'name' must be 'm' here",
                "m/1/model.yaml:6: 'digest' must be a SHA-256",
                "m/1/model.yaml:9: unknown key 'typ'; did you mean 'type'?",
                "m/1/model.yaml:11: 'feature' must be view:feature",
                "m/1/model.yaml:12: only features are imputed",
                "m/1/model.yaml:13: unknown key 'columm'; did you mean 'column'?");
    }

    @Test
    void aFolderWithoutADefinitionIsRefusedAndAnEmptyOneIsNoVersion() throws IOException {
        Path version = Files.createDirectories(root.resolve("m/1"));
        assertThat(folder().look()).isEmpty();
        Files.write(version.resolve("model.onnx"), MODEL);
        refused(ModelFault.INVALID_DEFINITION, "m/1/model.yaml is not there");
    }

    @Test
    void anotherDigestIsRefusedWithBoth() {
        String declared = "0".repeat(64);
        ModelFiles.publish(
                root, "m", "1", ModelFiles.yaml("m", "1", "model.onnx", declared, ModelFiles.TWO_COLUMNS), MODEL);
        refused(ModelFault.DIGEST_MISMATCH, declared, ModelFiles.sha256(MODEL));
    }

    @Test
    void aMissingFileIsRefused() throws IOException {
        Path version = ModelFiles.publish(root, "m", "1", MODEL, ModelFiles.TWO_COLUMNS);
        Files.delete(version.resolve("model.onnx"));
        refused(ModelFault.FILE_MISSING, "m/1/model.onnx is not there");
        Files.createDirectory(version.resolve("model.onnx"));
        refused(ModelFault.FILE_MISSING, "is no plain file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../2/model.onnx", "/etc/passwd", "a/b.onnx", "..", "a\\\\b", "%2e%2e", "'model.onnx\u202e'"})
    void aFileOutsideTheVersionsFolderIsRefused(String file) {
        ModelFiles.publish(
                root,
                "m",
                "1",
                ModelFiles.yaml("m", "1", '"' + file + '"', ModelFiles.sha256(MODEL), ModelFiles.TWO_COLUMNS),
                MODEL);
        refused(ModelFault.PATH_ESCAPE, "must name a file beside it");
    }

    @Test
    void symbolicLinksAreRefusedAtEveryStep() throws IOException {
        Path aside = Files.createDirectory(root.resolve(".aside"));
        Path real = ModelFiles.publish(aside, "m", "1", MODEL, ModelFiles.TWO_COLUMNS);

        Path model = Files.createSymbolicLink(root.resolve("m"), aside.resolve("m"));
        refused(ModelFault.SYMLINK, "m is a symbolic link");
        Files.delete(model);

        Files.createDirectory(model);
        Path version = Files.createSymbolicLink(model.resolve("1"), real);
        refused(ModelFault.SYMLINK, "m/1 is a symbolic link");
        Files.delete(version);

        Files.createDirectory(version);
        Files.createSymbolicLink(version.resolve("model.yaml"), real.resolve("model.yaml"));
        refused(ModelFault.SYMLINK, "m/1/model.yaml is a symbolic link");
        Files.delete(version.resolve("model.yaml"));

        Files.copy(real.resolve("model.yaml"), version.resolve("model.yaml"));
        Files.createSymbolicLink(version.resolve("model.onnx"), real.resolve("model.onnx"));
        refused(ModelFault.SYMLINK, "m/1/model.onnx is a symbolic link");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80024b012e",
                "80049503",
                "8005",
                "635f5f6275696c74696e5f5f0a6576616c0a",
                "636f730a73797374656d0a",
                "5a46"
            })
    void picklesAndJoblibDumpsAreRefusedByTheirFirstBytes(String hex) {
        ModelFiles.publish(root, "m", "1", HexFormat.of().parseHex(hex), ModelFiles.TWO_COLUMNS);
        refused(ModelFault.PICKLE, "pickle");
    }

    @Test
    void archivesAreRefused() throws IOException {
        var zip = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(zip)) {
            out.putNextEntry(new ZipEntry("../../escape.onnx"));
            out.write(MODEL);
        }
        var gzip = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(gzip)) {
            out.write(MODEL);
        }
        byte[] tar = new byte[1024];
        System.arraycopy("ustar".getBytes(US_ASCII), 0, tar, 257, 5);
        for (byte[] content : new byte[][] {zip.toByteArray(), gzip.toByteArray(), tar}) {
            ModelFiles.publish(root, "m", "1", content, ModelFiles.TWO_COLUMNS);
            refused(ModelFault.ARCHIVE, "archive");
        }
    }

    @Test
    void aFileLargerThanIsSetIsRefused() throws Exception {
        ModelFiles.publish(root, "m", "1", MODEL, ModelFiles.TWO_COLUMNS);
        assertThat(new ModelFolder(root, MODEL.length).read(only()).content().remaining())
                .isEqualTo(MODEL.length);
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> new ModelFolder(root, MODEL.length - 1).read(only()))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(ModelFault.TOO_LARGE));
    }

    @Test
    void whatChangesOnDiskChangesTheFingerprint() throws IOException {
        ModelFiles.publish(root, "m", "1", MODEL, ModelFiles.TWO_COLUMNS);
        Candidate before = only();
        assertThat(only()).isEqualTo(before);
        ModelFiles.publish(root, "m", "1", MODEL, ModelFiles.TWO_COLUMNS);
        assertThat(only()).isNotEqualTo(before);
    }

    @Test
    void aRepositoryThatNeverWasIsEmptyButOneThatVanishedIsAnError() throws IOException {
        var folder = new ModelFolder(root.resolve("later"), 1000);
        assertThat(folder.look()).isEmpty();
        Files.createDirectory(root.resolve("later"));
        assertThat(folder.look()).isEmpty();
        Files.delete(root.resolve("later"));
        assertThatIOException().isThrownBy(folder::look);
    }

    private ModelFolder folder() {
        return new ModelFolder(root, 1 << 20);
    }

    private Candidate only() throws IOException {
        assertThat(folder().look()).hasSize(1);
        return folder().look().getFirst();
    }

    private void refused(ModelFault fault, String... words) {
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> folder().read(only()))
                .satisfies(e -> {
                    assertThat(e.fault()).isEqualTo(fault);
                    assertThat(e.getMessage()).contains(words);
                });
    }
}
