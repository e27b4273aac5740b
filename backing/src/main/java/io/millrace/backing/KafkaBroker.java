package io.millrace.backing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka broker as a child process: KRaft, combined roles, one node, loopback only. Its data outlives it: starting again on
 * the same folder and ports goes on where it stopped.
 */
public final class KafkaBroker implements AutoCloseable {
    private static final String CLUSTER_ID = "bWlsbHJhY2UtbG9jYWwtMQ";

    private final Path directory;
    private final int port;
    private final int controllerPort;
    private @Nullable ManagedProcess process;

    private KafkaBroker(Path directory, int port, int controllerPort) {
        this.directory = directory;
        this.port = port;
        this.controllerPort = controllerPort;
    }

    /** Starts on two free ports and returns once it answers. */
    public static KafkaBroker start(Path directory) {
        return start(directory, Ports.free(), Ports.free());
    }

    /**
     * Starts and returns once the broker answers, at most 60 s later.
     *
     * @throws BackingException where it does not, with the end of its log
     */
    public static KafkaBroker start(Path directory, int port, int controllerPort) {
        var broker = new KafkaBroker(directory.toAbsolutePath(), port, controllerPort);
        broker.format();
        broker.restart();
        return broker;
    }

    /** {@code host:port} for clients. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    public ManagedProcess process() {
        if (process == null) {
            throw new IllegalStateException("broker is not running");
        }
        return process;
    }

    /** SIGKILL. */
    public void kill() {
        process().kill();
    }

    /** Starts the broker again on its data and returns once it answers. */
    public void restart() {
        process = ManagedProcess.start(
                "kafka",
                command("-Xmx512m", "kafka.Kafka", config().toString()),
                Map.of("LOG_DIR", directory.toString()),
                directory.resolve("kafka.log"));
        awaitReady();
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }

    private Path config() {
        return directory.resolve("server.properties");
    }

    private void format() {
        var server = new Properties();
        server.putAll(Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", "1"),
                Map.entry("controller.quorum.voters", "1@127.0.0.1:" + controllerPort),
                Map.entry("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort),
                Map.entry("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("log.dirs", directory.resolve("data").toString()),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("offsets.topic.num.partitions", "4"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.num.partitions", "4"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                Map.entry("share.coordinator.state.topic.min.isr", "1"),
                Map.entry("broker.session.timeout.ms", "3000"),
                Map.entry("broker.heartbeat.interval.ms", "500"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                Map.entry("group.min.session.timeout.ms", "1000"),
                Map.entry("auto.create.topics.enable", "false"),
                Map.entry("num.partitions", "4"),
                Map.entry("log.retention.hours", "-1"),
                Map.entry("log.segment.bytes", "67108864"),
                Map.entry("log.cleaner.dedupe.buffer.size", "8388608")));
        try {
            Files.createDirectories(directory);
            try (var out = Files.newBufferedWriter(config())) {
                server.store(out, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (Files.exists(directory.resolve("data/meta.properties"))) {
            return;
        }
        try (var tool = ManagedProcess.start(
                "kafka-format",
                command("-Xmx128m", "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", config().toString()),
                Map.of(),
                directory.resolve("format.log"))) {
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (tool.isAlive() && System.nanoTime() < deadline) {
                pause();
            }
            if (tool.isAlive() || tool.exitValue() != 0) {
                throw new BackingException("Kafka cannot format " + directory + ":\n" + tool.logTail(10));
            }
        }
    }

    private static List<String> command(String heap, String... mainAndArguments) {
        Path lib = Checkout.root().resolve("backing/broker/target/lib");
        if (!Files.isDirectory(lib)) {
            throw new BackingException(
                    "Kafka is not built: " + lib + " is missing (mvn -pl backing/broker generate-resources)");
        }
        var command = new ArrayList<>(List.of(
                ManagedProcess.java(),
                heap,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                lib + "/*"));
        command.addAll(List.of(mainAndArguments));
        return command;
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (System.nanoTime() < deadline) {
            if (!process().isAlive()) {
                throw new BackingException("Kafka ended at start:\n" + process().logTail(20));
            }
            if (!Ports.isFree(port) && answers()) {
                return;
            }
            pause();
        }
        throw new BackingException(
                "Kafka did not answer within 60 s:\n" + process().logTail(20));
    }

    private boolean answers() {
        Map<String, Object> config = Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
        try (Admin admin = Admin.create(config)) {
            return !admin.describeCluster().nodes().get(10, TimeUnit.SECONDS).isEmpty();
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackingException("interrupted while Kafka started", e);
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackingException("interrupted", e);
        }
    }
}
