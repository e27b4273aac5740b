package io.millrace.benchmarks.features;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.millrace.backing.BackingException;
import io.millrace.backing.Checkout;
import io.millrace.backing.ManagedProcess;
import io.millrace.backing.Ports;
import io.millrace.benchmarks.load.Measured;
import io.millrace.benchmarks.load.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A packaged Quarkus server as a process on ports of its own. All servers get the same JVM. */
public final class ServerProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(20);

    private final int grpc = Ports.free();
    private final int http = Ports.free();
    private final int management = Ports.free();
    private final HttpClient client = HttpClient.newHttpClient();
    private final ManagedProcess process;
    private final ManagedChannel channel;

    /** @param module folder of the module whose packaged server is started */
    public ServerProcess(String name, String module, Path folder, Map<String, String> environment) {
        Path jar = Checkout.root().resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new BackingException(name + " is not built: " + jar + " is missing");
        }
        var command = new ArrayList<>(
                List.of(ManagedProcess.java(), "-Xmx1g", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
        String more = System.getProperty("millrace.bench.jvm", "");
        if (!more.isBlank()) {
            command.addAll(List.of(more.split(" ")));
        }
        command.addAll(List.of("-jar", jar.toString()));
        Map<String, String> all = new HashMap<>(environment);
        all.put("QUARKUS_HTTP_PORT", Integer.toString(http));
        all.put("QUARKUS_GRPC_SERVER_PORT", Integer.toString(grpc));
        all.put("QUARKUS_MANAGEMENT_PORT", Integer.toString(management));
        this.process = ManagedProcess.start(name, command, all, folder.resolve(name + ".log"));
        this.channel = ManagedChannelBuilder.forAddress("127.0.0.1", grpc)
                .usePlaintext()
                .maxInboundMessageSize(64 << 20)
                .build();
        Waiting.until(this::isReady, START);
    }

    public int grpcPort() {
        return grpc;
    }

    public ManagedChannel channel() {
        return channel;
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + http + path);
    }

    /** What a load cost this process. */
    public record Spent(Measured measured, double cpuMicros, double allocatedBytes) {}

    /** Runs a load, and says what it cost this process: processor time, and bytes of its heap, which are counted when memory is collected, so that loads have to be long. */
    public Spent spent(Supplier<Measured> load) {
        double bytes = allocated();
        double cpu = cpuNanos();
        Measured measured = load.get();
        double cpuAfter = cpuNanos();
        return new Spent(measured, (cpuAfter - cpu) / 1e3, allocated() - bytes);
    }

    /** Processor time that this process has had. */
    public double cpuNanos() {
        return cpuNanos(ProcessHandle.of(process.pid()).orElseThrow());
    }

    /** The same of the process that measures. */
    public static double cpuNanosOfThis() {
        return cpuNanos(ProcessHandle.current());
    }

    /** The same of any process. */
    public static double cpuNanos(ProcessHandle handle) {
        return handle.info().totalCpuDuration().orElseThrow().toNanos();
    }

    private double allocated() {
        return metric("jvm_gc_memory_allocated_bytes_total");
    }

    /** Memory of this process that is in the machine's, as Linux says. */
    public long residentBytes() {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The sum of a metric over its labels, as its Prometheus name has it. */
    public double metric(String name) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + management + "/q/metrics"))
                .build();
        String metrics = new String(exchange(request).body(), StandardCharsets.UTF_8);
        return metrics.lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Sends a body and gives the answer's; fails where it is no success. */
    public byte[] send(String method, String path, byte[] body) {
        var request = HttpRequest.newBuilder(uri(path))
                .header("Content-Type", method.equals("PUT") ? "application/octet-stream" : "application/json")
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        HttpResponse<byte[]> response = exchange(request);
        if (response.statusCode() / 100 != 2) {
            throw new IllegalStateException(path + ": HTTP " + response.statusCode() + " "
                    + new String(response.body(), StandardCharsets.UTF_8));
        }
        return response.body();
    }

    private boolean isReady() {
        if (!process.isAlive()) {
            throw new IllegalStateException(process.name() + " did not start:\n" + process.logTail(30));
        }
        try {
            return client.send(
                                    HttpRequest.newBuilder(
                                                    URI.create("http://127.0.0.1:" + management + "/q/health/ready"))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private HttpResponse<byte[]> exchange(HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        client.shutdownNow();
        process.stop(STOP);
        process.close();
    }
}
