package io.millrace.inference.store;

import io.millrace.inference.app.ModelRepository;
import io.millrace.inference.app.learn.VersionStore;
import io.millrace.inference.config.InferenceConfig;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;

/** The repository that the settings name. */
@Singleton
public class ModelStores {
    @Produces
    @Singleton
    ModelRepository repository(InferenceConfig config) {
        InferenceConfig.Models models = config.models();
        long maxFileBytes = models.maxFileSize().asBigInteger().longValueExact();
        TrustedKeys trusted = TrustedKeys.of(models.trustedKeys().orElse(List.of()));
        InferenceConfig.S3 s3 = models.s3();
        return s3.bucket().isPresent()
                ? new ModelBucket(
                        ModelBucket.client(s3), s3.bucket().get(), s3.prefix().orElse(""), maxFileBytes, trusted)
                : new ModelFolder(models.directory(), maxFileBytes, trusted);
    }

    @Produces
    @Singleton
    VersionStore snapshots(InferenceConfig config) {
        InferenceConfig.S3 s3 = config.models().s3();
        return s3.bucket().isPresent()
                ? new SnapshotBucket(
                        ModelBucket.client(s3), s3.bucket().get(), s3.prefix().orElse(""))
                : new SnapshotFolder(config.models().directory());
    }

    void close(@Disposes VersionStore snapshots) {
        if (snapshots instanceof SnapshotBucket bucket) {
            bucket.close();
        }
    }

    void close(@Disposes ModelRepository repository) {
        if (repository instanceof ModelBucket bucket) {
            bucket.close();
        }
    }
}
