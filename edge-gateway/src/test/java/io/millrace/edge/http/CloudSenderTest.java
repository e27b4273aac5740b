package io.millrace.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.app.Bookmark;
import io.millrace.edge.app.MemorySpool;
import io.millrace.edge.app.SpoolEntry;
import io.millrace.edge.telemetry.EdgeMetrics;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CloudSenderTest {
    private static final CloudSender.Bounds BOUNDS = new CloudSender.Bounds(
            Duration.ofSeconds(5), Duration.ofMillis(10), Duration.ofMillis(50), Duration.ofMillis(30));

    private final Vertx vertx = Vertx.vertx();
    private final MemorySpool spool = new MemorySpool();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicLong bookmark = new AtomicLong();
    private final List<String> accepted = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<Integer> statuses = new ConcurrentLinkedQueue<>();
    private HttpServer server;

    @BeforeEach
    void serve() throws Exception {
        server = vertx.createHttpServer()
                .requestHandler(request -> request.bodyHandler(body -> {
                    Integer status = statuses.poll();
                    keys.add(request.getHeader("Idempotency-Key"));
                    if (status == null || status / 100 == 2) {
                        accepted.add(body.toString());
                    }
                    request.response()
                            .setStatusCode(status == null ? 200 : status)
                            .end();
                }))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void eachAggregateIsSentInOrderUntilItIsAcceptedWhateverIsAnswered() {
        statuses.addAll(List.of(503, 429, 408, 400, 302, 404, 202));
        append(0, 3);

        try (var sender = sender()) {
            sender.start();
            Awaitility.await().until(() -> accepted.size() == 3);
            Awaitility.await().until(() -> bookmark.get() == 3);

            assertThat(accepted).containsExactly("{\"n\":0}", "{\"n\":1}", "{\"n\":2}");
            assertThat(keys.subList(0, 7)).containsOnly("memory-0");
            assertThat(sender.failure()).isEmpty();
            assertThat(meters.counter("millrace.edge.cloud.posts", "outcome", "failed")
                            .count())
                    .isEqualTo(3);
            assertThat(meters.counter("millrace.edge.cloud.posts", "outcome", "refused")
                            .count())
                    .isEqualTo(3);
            assertThat(meters.counter("millrace.edge.cloud.posts", "outcome", "accepted")
                            .count())
                    .isEqualTo(3);
        }
    }

    @Test
    void aRestartGoesOnBehindTheBookmark() {
        append(0, 2);
        try (var sender = sender()) {
            sender.start();
            Awaitility.await().until(() -> bookmark.get() == 2);
        }
        append(2, 4);
        try (var sender = sender()) {
            sender.start();
            Awaitility.await().until(() -> bookmark.get() == 4);
        }
        assertThat(accepted).containsExactly("{\"n\":0}", "{\"n\":1}", "{\"n\":2}", "{\"n\":3}");
    }

    @Test
    void whileTheCloudIsAwayItIsSaidAndNothingIsLost() throws Exception {
        int port = server.actualPort();
        server.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        append(0, 2);
        try (var sender = sender(port)) {
            sender.start();
            Awaitility.await().until(() -> sender.failure().isPresent());
            assertThat(bookmark).hasValue(0);

            vertx.createHttpServer()
                    .requestHandler(request -> request.bodyHandler(body -> {
                        accepted.add(body.toString());
                        request.response().end();
                    }))
                    .listen(port, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            Awaitility.await().until(() -> accepted.size() == 2);
            Awaitility.await().until(() -> sender.failure().isEmpty());
        }
    }

    private CloudSender sender() {
        return sender(server.actualPort());
    }

    private CloudSender sender(int port) {
        var kept = new Bookmark() {
            @Override
            public long load() {
                return bookmark.get();
            }

            @Override
            public void save(long position) {
                bookmark.set(position);
            }
        };
        return new CloudSender(
                URI.create("http://127.0.0.1:" + port + "/aggregates"), spool, kept, new EdgeMetrics(meters), BOUNDS);
    }

    private void append(int from, int to) {
        for (int i = from; i < to; i++) {
            spool.append(new SpoolEntry(
                    SpoolEntry.Kind.AGGREGATE, "aggregate", ("{\"n\":" + i + "}").getBytes(StandardCharsets.UTF_8)));
        }
    }
}
