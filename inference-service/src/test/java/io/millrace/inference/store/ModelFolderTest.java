package io.millrace.inference.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.app.ModelRepository.Candidate;
import io.millrace.inference.domain.GoldenRequest;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.sample.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest extends ModelFolderStage {
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
        assertThat(folder().look().versions()).isEmpty();
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

    @Test
    void anotherSizeIsRefusedWithBoth() {
        ModelFiles.publish(root, "m", "1", MODEL, "size: 1\n");
        refused(ModelFault.DIGEST_MISMATCH, "has " + MODEL.length + " bytes, declared are 1");
        ModelFiles.publish(root, "m", "1", MODEL, "size: " + MODEL.length + "\n");
        assertThat(read().definition().size()).hasValue(MODEL.length);
    }

    @Test
    void goldenRequestsAreReadWithTheirTolerance() throws Exception {
        ModelFiles.publish(root, "m", "1", MODEL, "", """
                {"tolerance": 0.5, "requests": [
                  {"id": "a", "tolerance": 0,
                   "request": {"inputs": [{"name": "input", "datatype": "FP32", "shape": [1, 2], "data": [[1, NaN]]}]},
                   "response": {"model_name": "m", "outputs": [{"name": "output", "datatype": "FP32", "shape": [1, 1], "data": [NaN]}]}},
                  {"request": {"inputs": [{"name": "input", "datatype": "FP32", "shape": [0, 2], "data": []}]},
                   "response": {"outputs": [{"name": "output", "datatype": "FP32", "shape": [0, 1], "data": []}]}}]}
                """);
        List<GoldenRequest> golden = folder().read(only()).golden();
        assertThat(golden).extracting(GoldenRequest::id).containsExactly("a", "#1");
        assertThat(golden).extracting(GoldenRequest::tolerance).containsExactly(0.0, 0.5);
        assertThat(golden.getFirst().inputs().getFirst().number(1)).isEqualTo(Double.NaN);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {                                                                                   | Unexpected end-of-input
            []                                                                                  | 'requests' must be a list
            {"requests": []}                                                                    | 'requests' must be a list
            {"requests": [{}]}                                                                  | request '#0' needs 'inputs'
            {"tolerance": -1, "requests": [{}]}                                                 | 'tolerance' must be a number, 0 or more
            {"requests": [{"id": "x", "request": {"inputs": [{"datatype": "FLOAT"}]}}]}         | request 'x' inputs[0]: 'FLOAT' is no datatype
            {"requests": [{"request": {"inputs": [{"datatype": "FP32", "shape": [2], "data": [1]}]}}]} | 'data' has 1 elements, its shape has 2
            {"requests": [{"request": {"inputs": [{"datatype": "FP32", "shape": [-2], "data": [1]}]}}]} | 'shape' holds -2
            """)
    void goldenRequestsThatAreNoneAreRefused(String golden, String words) {
        ModelFiles.publish(root, "m", "1", MODEL, "", golden);
        refused(ModelFault.INVALID_GOLDEN, "m/1/golden.json", words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            versions: all                | all
            versions: {latest: 2}        | latest 2
            versions: ["1", 10]          | only [1, 10]
            """)
    void aVersionPolicyIsRead(String versions, String policy) throws Exception {
        policy("kind: ModelPolicy\n" + versions);
        assertThat(folder().look().policies()).containsOnlyKeys("m");
        assertThat(folder().policy("m")).hasToString(policy);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            versions: none          | must be 'all', {latest: N} or a list
            versions: {latest: 0}   | N from 1
            versions: {newest: 1}   | unknown key 'newest'
            versions: []            | lists none
            versions: ["1", "1"]    | stands twice
            verions: all            | did you mean 'versions'?
            """)
    void aVersionPolicyWithFaultsIsRefusedWithTheirLines(String versions, String words) throws IOException {
        policy("kind: ModelPolicy\n" + versions);
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> folder().policy("m"))
                .satisfies(e -> {
                    assertThat(e.fault()).isEqualTo(ModelFault.INVALID_POLICY);
                    assertThat(e.getMessage()).contains("m/policy.yaml:2", words);
                });
    }

    private void policy(String yaml) throws IOException {
        ModelFiles.publish(root, "m", "1", MODEL, ModelFiles.TWO_COLUMNS);
        Files.writeString(root.resolve("m/policy.yaml"), yaml);
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
        assertThat(folder.look().versions()).isEmpty();
        Files.createDirectory(root.resolve("later"));
        assertThat(folder.look().versions()).isEmpty();
        Files.delete(root.resolve("later"));
        assertThatIOException().isThrownBy(folder::look);
    }
}
