package io.millrace.inference.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.app.ModelRepository.Candidate;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.ModelState;
import io.millrace.inference.engine.Engines;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** The same repository as in a folder, over S3. */
class ModelBucketTest {
    private static final byte[] MODEL = OnnxModels.linear(0, 1, 2).toByteArray();

    private final String prefix = UUID.randomUUID() + "/";
    private S3Client client;
    private ModelBucket bucket;

    @BeforeEach
    void open() throws IOException {
        client = ModelBucket.client(RealS3.settings());
        bucket = new ModelBucket(client, RealS3.BUCKET, prefix, 1 << 20, TrustedKeys.ANYBODY);
    }

    @AfterEach
    void close() {
        bucket.close();
    }

    @Test
    void aVersionIsThereOnceItsDefinitionIs() throws Exception {
        put("m/1/model.onnx", MODEL);
        put("m/.draft/model.yaml", MODEL);
        put("readme.md", MODEL);
        assertThat(bucket.look().versions()).isEmpty();
        put("m/1/model.yaml", yaml("m", "1"));
        Candidate candidate = bucket.look().versions().getFirst();
        ModelFile file = bucket.read(candidate);
        assertThat(file.content().array()).isEqualTo(MODEL);
        assertThat(file.definition().name()).isEqualTo("m");
        assertThat(bucket.look().versions()).containsExactly(candidate);

        put("m/1/golden.json", "{}".getBytes(StandardCharsets.UTF_8));
        assertThat(bucket.look().versions().getFirst()).isNotEqualTo(candidate);
        refused(candidate, ModelFault.INVALID_GOLDEN);
    }

    @Test
    void otherBytesALargerFileAndAMissingOneAreRefused() throws Exception {
        put("m/1/model.yaml", yaml("m", "1"));
        Candidate candidate = bucket.look().versions().getFirst();
        refused(candidate, ModelFault.FILE_MISSING);
        put("m/1/model.onnx", new byte[] {1, 2});
        refused(candidate, ModelFault.DIGEST_MISMATCH);
        put("m/1/model.onnx", new byte[(1 << 20) + 1]);
        refused(candidate, ModelFault.TOO_LARGE);
    }

    @Test
    void modelsAreServedFromABucketWithTheirPolicy() throws Exception {
        put("m/1/model.onnx", MODEL);
        put("m/1/model.yaml", yaml("m", "1"));
        put("m/2/model.onnx", MODEL);
        put("m/2/model.yaml", yaml("m", "2"));
        put("m/policy.yaml", "{kind: ModelPolicy, versions: ['1']}".getBytes(StandardCharsets.UTF_8));
        var catalog = new ModelCatalog(bucket, new Engines(Optional.empty()));
        catalog.refresh();
        assertThat(catalog.list())
                .extracting(ModelCatalog.Listing::state)
                .containsExactly(ModelState.SERVING, ModelState.WITHHELD);
    }

    @Test
    void aBucketThatIsNotThereIsAnError() {
        assertThatIOException()
                .isThrownBy(new ModelBucket(client, "nobodys", "", 1, TrustedKeys.ANYBODY)::look)
                .withMessageContaining("bucket nobodys cannot be listed");
    }

    private void refused(Candidate candidate, ModelFault fault) {
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> bucket.read(candidate))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(fault));
    }

    private void put(String name, byte[] content) {
        client.putObject(request -> request.bucket(RealS3.BUCKET).key(prefix + name), RequestBody.fromBytes(content));
    }

    private static byte[] yaml(String name, String version) {
        return ModelFiles.yaml(name, version, "model.onnx", ModelFiles.sha256(MODEL), "")
                .getBytes(StandardCharsets.UTF_8);
    }
}
