package io.millrace.inference.store;

import io.millrace.backing.S3Server;
import io.millrace.inference.config.InferenceConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One server that speaks S3 for all tests of a JVM; its process ends with the JVM. */
public final class RealS3 {
    public static final String BUCKET = "models";

    private static @Nullable URI endpoint;

    private RealS3() {}

    public static synchronized URI endpoint() throws IOException {
        URI known = endpoint;
        if (known == null) {
            Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "s3");
            known = S3Server.start(Path.of("target/s3/s3mock.jar"), folder, BUCKET)
                    .endpoint();
            endpoint = known;
        }
        return known;
    }

    /** Settings for a part of the bucket. */
    static InferenceConfig.S3 settings() throws IOException {
        URI address = endpoint();
        return new InferenceConfig.S3() {
            @Override
            public Optional<String> bucket() {
                return Optional.of(BUCKET);
            }

            @Override
            public Optional<String> prefix() {
                return Optional.empty();
            }

            @Override
            public Optional<URI> endpoint() {
                return Optional.of(address);
            }

            @Override
            public String region() {
                return "us-east-1";
            }

            @Override
            public boolean pathStyle() {
                return true;
            }

            @Override
            public Optional<String> accessKey() {
                return Optional.of("key");
            }

            @Override
            public Optional<String> secretKey() {
                return Optional.of("secret");
            }

            @Override
            public Duration timeout() {
                return Duration.ofSeconds(20);
            }
        };
    }
}
