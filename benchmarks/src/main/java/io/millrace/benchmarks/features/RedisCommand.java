package io.millrace.benchmarks.features;

import io.millrace.backing.Ports;
import io.millrace.benchmarks.load.Rounds;
import io.millrace.benchmarks.load.Table;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.store.RedisOnlineStore;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Option;
import redis.embedded.RedisServer;

/** A wide read of Redis beside one MGET of as many bytes. */
@picocli.CommandLine.Command(
        name = "redis",
        description =
                "100 entities x 50 features from Redis in one round trip, beside one MGET of as many keys and bytes")
public final class RedisCommand implements Callable<Integer> {
    private static final int ENTITIES = 1_000;
    private static final int ROWS = 100;
    private static final int FEATURES = 50;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @Option(names = "--reads", defaultValue = "2000", description = "reads of a round (default ${DEFAULT-VALUE})")
    private int reads;

    @Option(names = "--rounds", defaultValue = "5", description = "paired rounds (default ${DEFAULT-VALUE})")
    private int rounds;

    @Override
    public Integer call() throws IOException {
        int port = Ports.free();
        RedisServer server = RedisServer.newRedisServer()
                .port(port)
                .setting("bind 127.0.0.1")
                .setting("save \"\"")
                .build();
        server.start();
        Vertx vertx = Vertx.vertx();
        try {
            Redis redis = Redis.createClient(vertx, "redis://127.0.0.1:" + port);
            var store = new RedisOnlineStore(redis, "bench:", 1, TIMEOUT);
            FeatureView view = StoreFill.plain("plain", FEATURES);
            StoreFill.fill(store, view, ENTITIES, 1, 1_000_000);
            Request fill = Request.cmd(Command.MSET);
            Request read = Request.cmd(Command.MGET);
            for (int i = 0; i < ROWS; i++) {
                fill.arg("floor:" + i).arg("x".repeat(FEATURES * 9));
                read.arg("floor:" + i);
            }
            send(redis, fill);
            System.out.print(Table.of(List.of(Rounds.paired(
                    "Redis 100 x 50 plain of one view",
                    "us p50",
                    rounds,
                    null,
                    () -> StoreFill.medianMicros(store, view, ROWS, ENTITIES, reads),
                    () -> floor(redis, read)))));
            redis.close();
            return 0;
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
            server.stop();
        }
    }

    private double floor(Redis redis, Request read) {
        var nanos = new Histogram(3);
        for (int i = 0; i < reads; i++) {
            long begin = System.nanoTime();
            send(redis, read);
            nanos.recordValue(System.nanoTime() - begin);
        }
        return nanos.getValueAtPercentile(50) / 1e3;
    }

    private static void send(Redis redis, Request request) {
        if (redis.send(request).toCompletionStage().toCompletableFuture().join() == null) {
            throw new IllegalStateException("Redis answered nothing");
        }
    }
}
