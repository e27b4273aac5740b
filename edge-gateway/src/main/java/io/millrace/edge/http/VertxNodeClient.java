package io.millrace.edge.http;

import io.millrace.edge.app.NodeClient;
import io.millrace.edge.domain.AddressGuard;
import io.millrace.edge.domain.EdgeNode;
import io.millrace.edge.domain.NodeError;
import io.millrace.edge.domain.NodeUrl;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

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
        var pull = new Pull(vertx, client, url, maxBytes, limit, done);
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
}
