package io.millrace.backing;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** A server that speaks S3, S3Mock, as a child process on loopback with one bucket. Any key and secret will do. */
public final class S3Server implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int OK = 200;

    private final URI endpoint;
    private final ManagedProcess process;

    private S3Server(URI endpoint, ManagedProcess process) {
        this.endpoint = endpoint;
        this.process = process;
    }

    /**
     * Starts on a free port and returns once it answers, at most 90 s later.
     *
     * @param jar S3Mock's executable one
     * @param directory for its objects and its log
     * @throws BackingException where it does not, with the end of its log
     */
    public static S3Server start(Path jar, Path directory, String bucket) {
        int port = Ports.free();
        var process = ManagedProcess.start(
                "s3",
                List.of(
                        ManagedProcess.java(),
                        "-Xmx192m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        jar.toAbsolutePath().toString(),
                        "--http.port=" + port,
                        "--server.port=" + Ports.free(),
                        "--server.address=127.0.0.1",
                        "--com.adobe.testing.s3mock.store.initial-buckets=" + bucket,
                        "--com.adobe.testing.s3mock.store.root=" + directory.resolve("store")),
                Map.of(),
                directory.resolve("s3.log"));
        var server = new S3Server(URI.create("http://127.0.0.1:" + port), process);
        server.awaitReady();
        return server;
    }

    public URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        process.close();
    }

    private void awaitReady() {
        long begin = System.nanoTime();
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() - begin > PATIENCE.toNanos()) {
                String tail = process.logTail(10);
                process.close();
                throw new BackingException("S3Mock does not answer at " + endpoint + ":\n" + tail);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private boolean answers() {
        try {
            var connection = (HttpURLConnection) endpoint.toURL().openConnection();
            try {
                return connection.getResponseCode() == OK;
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return false;
        }
    }
}
