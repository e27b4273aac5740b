package io.millrace.features;

import io.millrace.backing.ManagedProcess;
import io.millrace.backing.Ports;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/** A real Redis process on loopback, which can be killed; alone, or as a node of a cluster. */
public final class RedisNode implements AutoCloseable {
    private static final int SLOTS = 16_384;
    private static final int BUS = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final int port = freePort();
    private final List<String> command;
    private final Path folder;
    private final Vertx vertx = Vertx.vertx();
    private final Redis client;
    private ManagedProcess process;

    private RedisNode(Path directory, boolean cluster) {
        try {
            this.folder = Files.createDirectories(directory.resolve("redis-" + port));
            this.command = new ArrayList<>(List.of(
                    ExecutableProvider.newJarResourceProvider().get().getAbsolutePath(),
                    "--port",
                    Integer.toString(port),
                    "--bind",
                    "127.0.0.1",
                    "--save",
                    "",
                    "--dir",
                    folder.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (cluster) {
            command.addAll(List.of(
                    "--cluster-enabled", "yes",
                    "--cluster-announce-ip", "127.0.0.1",
                    "--cluster-config-file", "nodes.conf",
                    "--cluster-node-timeout", "1000",
                    "--repl-diskless-sync", "yes",
                    "--repl-diskless-sync-delay", "0",
                    "--cluster-require-full-coverage", "no"));
        }
        this.process = launch();
        this.client = Redis.createClient(vertx, "redis://127.0.0.1:" + port);
        await("PING", "PONG");
    }

    /** A Redis alone. */
    public static RedisNode alone(Path directory) {
        return new RedisNode(directory, false);
    }

    /** A cluster of so many masters, and behind them one replica for each of the first ones where there are more nodes. */
    public static List<RedisNode> cluster(Path directory, int masters, int replicas) {
        List<RedisNode> nodes = IntStream.range(0, masters + replicas)
                .mapToObj(_ -> new RedisNode(directory, true))
                .toList();
        for (int i = 0; i < masters; i++) {
            int from = SLOTS * i / masters;
            int to = SLOTS * (i + 1) / masters;
            var slots = new ArrayList<String>(List.of("ADDSLOTS"));
            IntStream.range(from, to).forEach(slot -> slots.add(Integer.toString(slot)));
            nodes.get(i).send(Command.CLUSTER, slots.toArray(String[]::new));
        }
        for (RedisNode node : nodes) {
            node.send(Command.CLUSTER, "MEET", "127.0.0.1", Integer.toString(nodes.getFirst().port));
        }
        nodes.forEach(node -> node.await("CLUSTER INFO", "cluster_known_nodes:" + nodes.size()));
        for (int i = 0; i < replicas; i++) {
            String master = nodes.get(i).send(Command.CLUSTER, "MYID").toString();
            RedisNode replica = nodes.get(masters + i);
            Awaitility.await()
                    .atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> replica.send(Command.CLUSTER, "REPLICATE", master) != null);
        }
        nodes.forEach(node -> node.await("CLUSTER INFO", "cluster_state:ok"));
        for (int i = 0; i < replicas; i++) {
            nodes.get(masters + i).await("INFO replication", "master_link_status:up");
        }
        return nodes;
    }

    public int port() {
        return port;
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    public Response send(Command redisCommand, String... arguments) {
        Request request = Request.cmd(redisCommand);
        List.of(arguments).forEach(request::arg);
        @Nullable
        Response answer =
                client.send(request).toCompletionStage().toCompletableFuture().join();
        if (answer == null) {
            throw new IllegalStateException(redisCommand + " was answered with nothing");
        }
        return answer;
    }

    /** Waits until the answer of a command contains a text. */
    public void await(String words, String text) {
        String[] parts = words.split(" ");
        Command first = Command.create(parts[0]);
        Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> send(
                        first, List.of(parts).subList(1, parts.length).toArray(String[]::new))
                .toString()
                .contains(text));
    }

    /** SIGKILL. */
    public void kill() {
        process.kill();
    }

    /** The same node again, without what it knew. */
    public void startAgain() {
        process = launch();
        await("PING", "PONG");
    }

    private ManagedProcess launch() {
        return ManagedProcess.start("redis", command, Map.of(), folder.resolve("redis.log"));
    }

    /** The bus of a cluster's node listens ten thousand ports above. */
    private static int freePort() {
        int port = Ports.free();
        while (port + BUS > 65_535 || !Ports.isFree(port + BUS)) {
            port = Ports.free();
        }
        return port;
    }

    @Override
    public void close() {
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        process.kill();
    }
}
