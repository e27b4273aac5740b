package io.millrace.inference.store;

import static org.awaitility.Awaitility.await;

import io.millrace.backing.ManagedProcess;
import io.millrace.backing.Ports;
import io.millrace.inference.config.InferenceConfig;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
            known = start();
            endpoint = known;
        }
        return known;
    }

    private static URI start() throws IOException {
        Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "s3");
        int port = Ports.free();
        URI address = URI.create("http://127.0.0.1:" + port);
        ManagedProcess.start(
                "s3",
                List.of(
                        ManagedProcess.java(),
                        "-Xmx192m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        Path.of("target/s3/s3mock.jar").toAbsolutePath().toString(),
                        "--http.port=" + port,
                        "--server.port=" + Ports.free(),
                        "--server.address=127.0.0.1",
                        "--com.adobe.testing.s3mock.store.initial-buckets=" + BUCKET,
                        "--com.adobe.testing.s3mock.store.root=" + folder.resolve("store")),
                Map.of(),
                folder.resolve("s3.log"));
        await().atMost(Duration.ofSeconds(90)).ignoreExceptions().until(() -> {
            var connection = (HttpURLConnection) address.toURL().openConnection();
            return connection.getResponseCode() == 200;
        });
        return address;
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
