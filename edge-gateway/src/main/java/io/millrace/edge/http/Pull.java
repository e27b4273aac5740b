package io.millrace.edge.http;

import io.millrace.edge.app.NodeClient;
import io.millrace.edge.domain.NodeError;
import io.millrace.edge.domain.NodeUrl;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One pull; the first to end it wins. */
final class Pull {
    private final Vertx vertx;
    private final HttpClient client;
    private final NodeUrl url;
    private final int maxBytes;
    private final Duration limit;
    private final Consumer<NodeClient.Answer> done;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile @Nullable HttpClientRequest request;
    private volatile long timer = -1;

    /**
     * @param maxBytes of a body
     * @param limit from {@link #begin} to the last byte
     * @param done called once, on any thread
     */
    Pull(Vertx vertx, HttpClient client, NodeUrl url, int maxBytes, Duration limit, Consumer<NodeClient.Answer> done) {
        this.vertx = vertx;
        this.client = client;
        this.url = url;
        this.maxBytes = maxBytes;
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
        response.endHandler(end -> end(new NodeClient.Answer.Body(body.getBytes())));
    }

    private void connectFailed(Throwable cause) {
        String message = cause.getMessage();
        fail(NodeError.Code.CONNECT_FAILED, message == null ? cause.getClass().getSimpleName() : message);
    }

    private void fail(NodeError.Code code, String message) {
        end(new NodeClient.Answer.Failed(new NodeError(code, message)));
    }

    void end(NodeClient.Answer answer) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        vertx.cancelTimer(timer);
        HttpClientRequest sent = request;
        if (sent != null && !(answer instanceof NodeClient.Answer.Body)) {
            sent.reset();
        }
        done.accept(answer);
    }
}
