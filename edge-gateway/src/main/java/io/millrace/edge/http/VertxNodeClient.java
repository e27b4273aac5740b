package io.millrace.edge.http;

import io.millrace.edge.app.NodeClient;
import io.millrace.edge.domain.AddressGuard;
import io.millrace.edge.domain.EdgeNode;
import io.millrace.edge.domain.NodeError;
import io.millrace.edge.domain.NodeUrl;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Pulls over HTTP/1.1 without a thread per node: a pull that hangs costs a socket. Connects to the address that was checked (never resolves again), follows no
 * redirect, takes no compressed answer, reads at most a bounded body, ends by its limit. A connection serves one pull, so that ten thousand nodes do
 * not hold ten thousand sockets between cycles.
 */
public final class VertxNodeClient implements NodeClient, AutoCloseable {
    private final Vertx vertx;
    private final HttpClient client;
    private final Resolver resolver;
    private final int maxBytes;

    /**
     * @param concurrency pulls at the same time
     * @param maxBytes of a body
     * @param resolvers names resolved at the same time
     */
    public VertxNodeClient(Vertx vertx, AddressGuard guard, int concurrency, int maxBytes, int resolvers) {
        this(
                vertx,
                new Resolver(guard, name -> List.of(InetAddress.getAllByName(name)), resolvers),
                concurrency,
                maxBytes);
    }

    VertxNodeClient(Vertx vertx, Resolver resolver, int concurrency, int maxBytes) {
        this.vertx = vertx;
        this.resolver = resolver;
        this.maxBytes = maxBytes;
        this.client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_1_1)
                        .setKeepAlive(false)
                        .setDecompressionSupported(false)
                        .setMaxHeaderSize(8 << 10)
                        .setVerifyHost(true)
                        .setTrustAll(false),
                new PoolOptions().setHttp1MaxSize(concurrency));
    }

    @Override
    public void pull(EdgeNode node, Duration limit, Consumer<Answer> done) {
        NodeUrl url = node.url().orElseThrow(() -> new IllegalArgumentException("node '" + node.id() + "' has no url"));
        var pull = new Pull(url, limit, done);
        pull.begin();
        resolver.resolve(node, url, resolved -> {
            switch (resolved) {
                case Resolver.Resolved.Refused(NodeError error) -> pull.end(new Answer.Failed(error));
                case Resolver.Resolved.Address(InetAddress address) -> pull.send(address);
            }
        });
    }

    @Override
    public void close() {
        resolver.close();
        client.close();
    }

    /** One pull; the first to end it wins. */
    private final class Pull {
        private final NodeUrl url;
        private final Duration limit;
        private final Consumer<Answer> done;
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile @Nullable HttpClientRequest request;
        private volatile long timer = -1;

        Pull(NodeUrl url, Duration limit, Consumer<Answer> done) {
            this.url = url;
            this.limit = limit;
            this.done = done;
        }

        void begin() {
            timer = vertx.setTimer(
                    Math.max(1, limit.toMillis()),
                    fired -> fail(NodeError.Code.TIMEOUT, "no answer within " + limit.toMillis() + " ms"));
        }

        void send(InetAddress address) {
            if (ended.get()) {
                return;
            }
            var options = new RequestOptions()
                    .setMethod(HttpMethod.GET)
                    .setServer(SocketAddress.inetSocketAddress(url.port(), address.getHostAddress()))
                    .setHost(url.host())
                    .setPort(url.port())
                    .setSsl(url.tls())
                    .setURI(url.path() + "/data/summary")
                    .setFollowRedirects(false)
                    .setConnectTimeout(Math.max(1, limit.toMillis()))
                    .putHeader("Accept", "application/json");
            client.request(options).onSuccess(this::exchange).onFailure(this::connectFailed);
        }

        private void exchange(HttpClientRequest ready) {
            request = ready;
            if (ended.get()) {
                ready.reset();
                return;
            }
            ready.exceptionHandler(this::connectFailed);
            ready.send().onSuccess(this::read).onFailure(this::connectFailed);
        }

        private void read(HttpClientResponse response) {
            if (response.statusCode() != 200) {
                fail(
                        NodeError.Code.HTTP_STATUS,
                        "status " + response.statusCode()
                                + (response.statusCode() / 100 == 3 ? "; redirects are not followed" : ""));
                return;
            }
            Buffer body = Buffer.buffer();
            response.exceptionHandler(this::connectFailed);
            response.handler(chunk -> {
                if (body.length() + chunk.length() > maxBytes) {
                    fail(NodeError.Code.RESPONSE_TOO_LARGE, "more than " + maxBytes + " bytes");
                } else if (!ended.get()) {
                    body.appendBuffer(chunk);
                }
            });
            response.endHandler(end -> end(new Answer.Body(body.getBytes())));
        }

        private void connectFailed(Throwable cause) {
            String message = cause.getMessage();
            fail(
                    NodeError.Code.CONNECT_FAILED,
                    message == null ? cause.getClass().getSimpleName() : message);
        }

        private void fail(NodeError.Code code, String message) {
            end(new Answer.Failed(new NodeError(code, message)));
        }

        void end(Answer answer) {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            vertx.cancelTimer(timer);
            HttpClientRequest sent = request;
            if (sent != null && !(answer instanceof Answer.Body)) {
                sent.reset();
            }
            done.accept(answer);
        }
    }
}
