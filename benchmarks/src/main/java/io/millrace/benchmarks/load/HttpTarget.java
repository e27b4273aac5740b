package io.millrace.benchmarks.load;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP resource that bodies are posted to. */
public final class HttpTarget implements Target, AutoCloseable {
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<HttpRequest> requests;
    private final AtomicInteger next = new AtomicInteger();

    public HttpTarget(URI uri, List<byte[]> bodies, Duration timeout) {
        this(uri, bodies, timeout, Map.of("Content-Type", "application/json"));
    }

    public HttpTarget(URI uri, List<byte[]> bodies, Duration timeout, Map<String, String> headers) {
        this.requests = bodies.stream()
                .map(body -> {
                    var request = HttpRequest.newBuilder(uri)
                            .timeout(timeout)
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
                    headers.forEach(request::header);
                    return request.build();
                })
                .toList();
    }

    @Override
    public void call(Done done) {
        int turn = next.getAndIncrement() & Integer.MAX_VALUE;
        client.sendAsync(requests.get(turn % requests.size()), HttpResponse.BodyHandlers.ofByteArray())
                .whenComplete((response, failure) -> {
                    if (failure != null) {
                        done.ended(failure);
                    } else {
                        done.ended(
                                response.statusCode() == 200
                                        ? null
                                        : new IllegalStateException("HTTP " + response.statusCode()));
                    }
                });
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
