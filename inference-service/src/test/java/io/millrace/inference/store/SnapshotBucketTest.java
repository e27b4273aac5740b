package io.millrace.inference.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.millrace.inference.app.EventLog;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.learn.LearnerCommands;
import io.millrace.inference.app.learn.LearnerFold;
import io.millrace.inference.app.learn.OnlineModels;
import io.millrace.inference.domain.ModelState;
import io.millrace.inference.engine.Engines;
import io.millrace.inference.sample.KnownDefinitions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Snapshots go into a bucket, and serve from it. */
class SnapshotBucketTest {
    private final String prefix = UUID.randomUUID() + "/";

    @Test
    void versionsComeServeAndGo() throws Exception {
        try (S3Client client = ModelBucket.client(RealS3.settings())) {
            var store = new SnapshotBucket(client, RealS3.BUCKET, prefix);
            LearnerFold fold = OnlineModels.fold(
                    OnlineModels.of("algorithm: logistic-regression", "snapshot: {every: 100, keep: 2}"),
                    store,
                    KnownDefinitions.NONE,
                    _ -> LearnerCommands.Asked.NOTHING,
                    EventLog.NONE);
            for (int i = 0; i < 400; i++) {
                fold.fold(OnlineModels.labelled(i), i);
                if (fold.isDue()) {
                    fold.kept(i + 1);
                }
            }
            assertThat(store.snapshots("online")).containsExactlyInAnyOrder("300", "400");
            var models = new ModelBucket(client, RealS3.BUCKET, prefix, 1 << 20, TrustedKeys.ANYBODY);
            var catalog = new ModelCatalog(models, new Engines(Optional.empty()));
            catalog.refresh();
            assertThat(catalog.list())
                    .extracting(ModelCatalog.Listing::state)
                    .containsExactly(ModelState.AVAILABLE, ModelState.SERVING);
        }
    }

    @Test
    void whatIsThereAlreadyIsNotWrittenOverAndWhatIsNotOursStays() throws IOException {
        try (S3Client client = ModelBucket.client(RealS3.settings())) {
            var store = new SnapshotBucket(client, RealS3.BUCKET, prefix);
            Map<String, byte[]> files = Map.of("model.yaml", bytes("a"), "snapshot.json", bytes("{}"));
            assertThat(store.put("m", "1", files)).isTrue();
            assertThat(store.put("m", "1", files)).isFalse();
            assertThatIOException()
                    .isThrownBy(() -> store.put("m", "1", Map.of("model.yaml", bytes("b"))))
                    .withMessageContaining("is there already");
            client.putObject(
                    request -> request.bucket(RealS3.BUCKET).key(prefix + "m/2/model.yaml"),
                    RequestBody.fromString("theirs"));
            store.remove("m", "2");
            assertThat(client.listObjectsV2(
                                    request -> request.bucket(RealS3.BUCKET).prefix(prefix + "m/2/"))
                            .contents())
                    .hasSize(1);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
