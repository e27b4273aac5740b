package io.millrace.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.edge.app.NodeClient.Answer;
import io.millrace.edge.app.Nodes;
import io.millrace.edge.domain.AddressGuard;
import io.millrace.edge.domain.EdgeNode;
import io.millrace.edge.domain.NodeError;
import io.millrace.edge.domain.NodeUrl;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VertxNodeClientTest {
    private static final int MAX = 64 << 10;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger requests = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void serve() throws Exception {
        server = vertx.createHttpServer()
                .requestHandler(this::answer)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private void answer(HttpServerRequest request) {
        requests.incrementAndGet();
        var response = request.response();
        switch (request.path()) {
            case "/good/data/summary" -> response.end("{\"host\":\"" + request.getHeader("Host") + "\"}");
            case "/exact/data/summary" -> response.end(Buffer.buffer(new byte[MAX]));
            case "/large/data/summary" -> response.end(Buffer.buffer(new byte[MAX + 1]));
            case "/endless/data/summary" -> {
                response.setChunked(true);
                vertx.setPeriodic(1, timer -> {
                    if (response.closed()) {
                        vertx.cancelTimer(timer);
                    } else {
                        response.write(Buffer.buffer(new byte[8 << 10]));
                    }
                });
            }
            case "/trickle/data/summary" -> {
                response.setChunked(true);
                vertx.setPeriodic(20, timer -> {
                    if (response.closed()) {
                        vertx.cancelTimer(timer);
                    } else {
                        response.write(" ");
                    }
                });
            }
            case "/moved/data/summary" ->
                response.setStatusCode(302)
                        .putHeader("Location", "/good/data/summary")
                        .end();
            case "/broken/data/summary" -> response.setStatusCode(500).end("stack trace");
            case "/drop/data/summary" -> request.connection().close();
            default -> vertx.setTimer(60_000, late -> response.end());
        }
    }

    @Test
    void aNodeIsAskedAtItsPathWithItsNameAsHost() throws Exception {
        assertThat(pull("127.0.0.1", "/good")).isInstanceOfSatisfying(Answer.Body.class, body -> assertThat(
                        new String(body.bytes(), StandardCharsets.UTF_8))
                .isEqualTo("{\"host\":\"127.0.0.1:" + server.actualPort() + "\"}"));
        assertThat(pull("gate.example", "/good")).isInstanceOfSatisfying(Answer.Body.class, body -> assertThat(
                        new String(body.bytes(), StandardCharsets.UTF_8))
                .contains("gate.example:"));
    }

    @Test
    void aBodyAtTheLimitIsTakenAndOneByteMoreIsNot() throws Exception {
        assertThat(pull("127.0.0.1", "/exact"))
                .isInstanceOfSatisfying(
                        Answer.Body.class, body -> assertThat(body.bytes()).hasSize(MAX));
        assertThat(error("127.0.0.1", "/large")).isEqualTo(NodeError.Code.RESPONSE_TOO_LARGE);
        assertThat(error("127.0.0.1", "/endless")).isEqualTo(NodeError.Code.RESPONSE_TOO_LARGE);
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        assertThat(error("127.0.0.1", "/moved")).isEqualTo(NodeError.Code.HTTP_STATUS);
        assertThat(requests).hasValue(1);
    }

    @Test
    void whatHangsOrTricklesEndsByTheLimit() throws Exception {
        assertThat(error("127.0.0.1", "/hang")).isEqualTo(NodeError.Code.TIMEOUT);
        assertThat(error("127.0.0.1", "/trickle")).isEqualTo(NodeError.Code.TIMEOUT);
    }

    @Test
    void errorsOfTheNodeAreErrorsOfTheNode() throws Exception {
        assertThat(error("127.0.0.1", "/broken")).isEqualTo(NodeError.Code.HTTP_STATUS);
        assertThat(error("127.0.0.1", "/drop")).isEqualTo(NodeError.Code.CONNECT_FAILED);
        int port = server.actualPort();
        server.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(error("127.0.0.1", port, "/good")).isEqualTo(NodeError.Code.CONNECT_FAILED);
    }

    @Test
    void aNameIsResolvedOnceAndJudgedByEachOfItsAddresses() throws Exception {
        assertThat(error("nowhere.example", "/good")).isEqualTo(NodeError.Code.UNRESOLVED);
        assertThat(error("metadata.example", "/good")).isEqualTo(NodeError.Code.ADDRESS_NOT_ALLOWED);
        assertThat(error("mixed.example", "/good")).isEqualTo(NodeError.Code.ADDRESS_NOT_ALLOWED);
        assertThat(requests).hasValue(0);

        assertThat(pull("rebinding.example", "/good")).isInstanceOf(Answer.Body.class);
        assertThat(rebindings).hasValue(1);
    }

    @Test
    void loopbackIsRefusedWhereTheOperatorHasNotAllowedIt() throws Exception {
        assertThat(pull(new AddressGuard(Map.of()), "127.0.0.1", server.actualPort(), "/good"))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        failed -> assertThat(failed.error().code()).isEqualTo(NodeError.Code.ADDRESS_NOT_ALLOWED));
        assertThat(requests).hasValue(0);
    }

    private final AtomicInteger rebindings = new AtomicInteger();

    private List<InetAddress> addresses(String name) throws UnknownHostException {
        return switch (name) {
            case "gate.example" -> List.of(InetAddress.getByName("127.0.0.1"));
            case "metadata.example" -> List.of(InetAddress.getByName("169.254.169.254"));
            case "mixed.example" ->
                List.of(InetAddress.getByName("127.0.0.1"), InetAddress.getByName("169.254.169.254"));
            // The second look-up of a rebinding name would lead elsewhere.
            case "rebinding.example" ->
                List.of(InetAddress.getByName(rebindings.getAndIncrement() == 0 ? "127.0.0.1" : "169.254.169.254"));
            default -> throw new UnknownHostException(name);
        };
    }

    private NodeError.Code error(String host, String path) throws Exception {
        return error(host, server.actualPort(), path);
    }

    private NodeError.Code error(String host, int port, String path) throws Exception {
        Answer answer = pull(Nodes.GUARD, host, port, path);
        assertThat(answer).isInstanceOf(Answer.Failed.class);
        return ((Answer.Failed) answer).error().code();
    }

    private Answer pull(String host, String path) throws Exception {
        return pull(Nodes.GUARD, host, server.actualPort(), path);
    }

    private Answer pull(AddressGuard guard, String host, int port, String path) throws Exception {
        var node = new EdgeNode(
                "n",
                Optional.of(NodeUrl.parse("http://" + host + ":" + port + path)),
                "airports",
                Duration.ofSeconds(10));
        var answer = new CompletableFuture<Answer>();
        try (var client = new VertxNodeClient(vertx, new Resolver(guard, this::addresses, 2), 10, MAX)) {
            client.pull(node, Duration.ofMillis(400), answer::complete);
            return answer.get(10, TimeUnit.SECONDS);
        }
    }
}
