package io.millrace.inference.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.ModelDefinition.Engine;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.TorchModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a model file may be: formats that are taken and refused by their bytes, and signatures. */
class ModelFileTrustTest extends ModelFolderStage {
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
        refused(ModelFault.PICKLE, "pickle", "joblib.load('model.onnx')", "skl2onnx.to_onnx(m, ");
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
    void torchScriptIsTheOneArchiveThatIsTakenAndOnlyAsPytorchWritesIt() throws Exception {
        Map<String, byte[]> entries = TorchModels.twiceAndOneEntries();
        torch(TorchModels.zip(entries, ZipEntry.STORED));
        assertThat(folder().read(only()).definition().engine()).isEqualTo(Engine.PYTORCH);

        torch(TorchModels.zip(entries, ZipEntry.DEFLATED));
        refused(ModelFault.ARCHIVE, "is compressed, encrypted or a link", "m/data.pkl");

        byte[] bomb = TorchModels.zip(Map.of("m/code/a.py", new byte[1 << 24]), ZipEntry.DEFLATED);
        torch(bomb);
        refused(ModelFault.ARCHIVE, "is compressed");

        for (String name :
                new String[] {"../../m/code/a.py", "/m/code/a.py", "m\\code\\a.py", "m/../code/a.py", "c:/code/a.py"}) {
            torch(TorchModels.zip(Map.of(name, new byte[1]), ZipEntry.STORED));
            refused(ModelFault.ARCHIVE, "climbs out");
        }

        torch(TorchModels.zip(Map.of("m/data.pkl", new byte[9]), ZipEntry.STORED));
        refused(ModelFault.ARCHIVE, "holds no TorchScript", "torch.jit.trace");

        byte[] whole = TorchModels.zip(entries, ZipEntry.STORED);
        for (int length : new int[] {4, whole.length / 2, whole.length - 1}) {
            torch(Arrays.copyOf(whole, length));
            refused(ModelFault.ARCHIVE, "m/1/model.onnx");
        }
    }

    private void torch(byte[] content) {
        String yaml = ModelFiles.yaml("m", "1", "model.onnx", ModelFiles.sha256(content), "");
        ModelFiles.publish(root, "m", "1", yaml.replace("onnxruntime", "pytorch"), content);
    }

    @Test
    void whereKeysAreTrustedOnlyWhatTheySignedServes() throws Exception {
        KeyPair key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        var folder = new ModelFolder(root, 1 << 20, TrustedKeys.of(List.of(encoded(other), encoded(key))));
        Path version = ModelFiles.publish(root, "m", "1", MODEL, ModelFiles.TWO_COLUMNS);
        untrusted(folder, "m/1/model.yaml.sig is not there");

        Path yaml = version.resolve("model.yaml");
        Files.writeString(version.resolve("model.yaml.sig"), signed(key, Files.readAllBytes(yaml)) + "\n");
        assertThat(folder.read(only()).definition().name()).isEqualTo("m");
        untrusted(
                new ModelFolder(root, 1 << 20, TrustedKeys.of(List.of(encoded(other)))),
                "none of the keys that are trusted");

        Files.writeString(yaml, Files.readString(yaml) + "description: changed\n");
        untrusted(folder, "of another text");
        Files.writeString(version.resolve("model.yaml.sig"), "AAAA");
        untrusted(folder, "of another text");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrustedKeys.of(List.of("c2VjcmV0")))
                .withMessageContaining("trusted-keys: 'c2VjcmV0' is no public key of Ed25519");
    }

    private void untrusted(ModelFolder folder, String words) {
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> folder.read(only()))
                .satisfies(e -> {
                    assertThat(e.fault()).isEqualTo(ModelFault.UNTRUSTED);
                    assertThat(e.getMessage()).contains(words);
                });
    }

    private static String encoded(KeyPair key) {
        return Base64.getEncoder().encodeToString(key.getPublic().getEncoded());
    }

    private static String signed(KeyPair key, byte[] text) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(key.getPrivate());
        signature.update(text);
        return Base64.getEncoder().encodeToString(signature.sign());
    }

    @Test
    void aPickleIsRefusedWhateverTheDefinitionSaysThatItIs() {
        byte[] pickle = {(byte) 0x80, 4, (byte) 0x95};
        for (String engine : new String[] {"xgboost", "pytorch"}) {
            String yaml = ModelFiles.yaml("m", "1", "model.onnx", ModelFiles.sha256(pickle), "");
            ModelFiles.publish(root, "m", "1", yaml.replace("onnxruntime", engine), pickle);
            refused(ModelFault.PICKLE, "pip install skl2onnx");
        }
    }

    @Test
    void anEngineThatNobodyKnowsIsRefusedWithThoseThatThereAre() {
        ModelFiles.publish(
                root,
                "m",
                "1",
                ModelFiles.yaml("m", "1", "model.onnx", "0".repeat(64), "").replace("onnxr", "onxr"),
                MODEL);
        refused(ModelFault.INVALID_DEFINITION, "[onnxruntime, xgboost, pytorch]", "did you mean 'onnxruntime'?");
    }
}
