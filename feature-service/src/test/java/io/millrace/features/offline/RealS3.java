package io.millrace.features.offline;

import io.millrace.backing.S3Server;
import io.millrace.features.config.OfflineStoreConfig;
import io.quarkus.runtime.configuration.MemorySize;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One server that speaks S3 for all tests of a JVM; its process ends with the JVM. */
final class RealS3 {
    static final String BUCKET = "offline";

    private static @Nullable URI endpoint;

    private RealS3() {}

    static synchronized URI endpoint() throws IOException {
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
    static OfflineStoreConfig.S3 settings(String prefix) throws IOException {
        URI address = endpoint();
        return new OfflineStoreConfig.S3() {
            @Override
            public Optional<String> bucket() {
                return Optional.of(BUCKET);
            }

            @Override
            public Optional<String> prefix() {
                return Optional.of(prefix);
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
            public MemorySize cacheSize() {
                return new MemorySize(BigInteger.valueOf(1 << 20));
            }

            @Override
            public Duration timeout() {
                return Duration.ofSeconds(20);
            }
        };
    }
}
