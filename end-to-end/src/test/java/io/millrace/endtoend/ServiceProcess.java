package io.millrace.endtoend;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.millrace.backing.Checkout;
import io.millrace.backing.ManagedProcess;
import io.millrace.backing.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** One packaged service as a process on ports of its own. */
final class ServiceProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(90);

    private final String module;
    private final Path directory;
    private final List<String> command;
    private final int restPort = Ports.free();
    private final int grpcPort = Ports.free();
    private final int managementPort = Ports.free();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final ManagedChannel channel;
    private ManagedProcess process;

    private ServiceProcess(String module, Path directory, Map<String, String> settings) {
        this.module = module;
        this.directory = directory;
        this.command = command(settings);
        this.channel = NettyChannelBuilder.forAddress("127.0.0.1", grpcPort)
                .usePlaintext()
                .build();
        this.process = launch();
    }

    /**
     * Starts a service and returns at once.
     *
     * @param directory where it works and where its log goes; kept
     * @param settings its configuration by key; ports and addresses to listen on are added
     */
    static ServiceProcess start(String module, Path directory, Map<String, String> settings) {
        return new ServiceProcess(module, directory, settings);
    }

    String module() {
        return module;
    }

    String restAddress() {
        return "http://127.0.0.1:" + restPort;
    }

    String grpcAddress() {
        return "127.0.0.1:" + grpcPort;
    }

    ManagedChannel channel() {
        return channel;
    }

    Path log() {
        return process.log();
    }

    /** Waits until readiness is up, at most 90 s, and fails with the last answer and the end of the log. */
    ServiceProcess awaitReady() {
        Awaitility.await(module + " is ready")
                .atMost(START)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException(module + " ended:\n" + process.logTail(40));
                    }
                    HttpResponse<String> answer = management("/q/health/ready");
                    if (answer.statusCode() != 200) {
                        throw new AssertionError(answer.body() + "\n" + process.logTail(5));
                    }
                });
        return this;
    }

    /** Waits until it runs, ready or not, at most 90 s. */
    ServiceProcess awaitStarted() {
        Awaitility.await(module + " has started")
                .atMost(START)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException(module + " ended:\n" + process.logTail(40));
                    }
                    return management("/q/health/started").statusCode() == 200;
                });
        return this;
    }

    HttpResponse<String> management(String path) throws IOException, InterruptedException {
        return send(request("http://127.0.0.1:" + managementPort + path).GET());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(restAddress() + path).GET());
    }

    /** POSTs JSON; {@code headers} are names and values in turn. */
    HttpResponse<String> post(String path, String json, String... headers) throws IOException, InterruptedException {
        var request = request(restAddress() + path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    /** SIGKILL. */
    void kill() {
        process.kill();
    }

    /** SIGTERM, and waits. */
    void stop() {
        process.stop(Duration.ofSeconds(30));
    }

    /** Starts it again where it was killed or stopped, on the same ports and folders. */
    void restart() {
        process = launch();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        process.close();
        try {
            channel.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        http.close();
    }

    private ManagedProcess launch() {
        return ManagedProcess.start(
                module, command, Map.of("OPT_OUT_TRACKING", "true"), directory.resolve(module + ".log"));
    }

    private List<String> command(Map<String, String> settings) {
        Path jar = Checkout.root().resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(module + " is not packaged: " + jar + " is missing");
        }
        var line = new ArrayList<>(List.of(
                ManagedProcess.java(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dai.djl.offline=true",
                "-Djava.io.tmpdir=" + temporary(),
                "-Dquarkus.http.port=" + restPort,
                "-Dquarkus.grpc.server.port=" + grpcPort,
                "-Dquarkus.management.port=" + managementPort));
        settings.forEach((key, value) -> line.add("-D" + key + "=" + value));
        line.add("-jar");
        line.add(jar.toString());
        return line;
    }

    private Path temporary() {
        try {
            return Files.createDirectories(directory.resolve("tmp"));
        } catch (IOException e) {
            throw new IllegalStateException("cannot make a folder below " + directory, e);
        }
    }

    private static HttpRequest.Builder request(String address) {
        return HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(20));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
