package io.millrace.edge.http;

import io.millrace.edge.app.Bookmark;
import io.millrace.edge.app.DrainStatus;
import io.millrace.edge.app.Spool;
import io.millrace.edge.app.SpoolReader;
import io.millrace.edge.app.UndeliveredException;
import io.millrace.edge.telemetry.EdgeMetrics;
import io.millrace.edge.telemetry.EdgeMetrics.CloudOutcome;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * POSTs aggregates to the cloud in order, each until it is accepted (2xx); at least once: a kill between the answer and the bookmark sends one again, under
 * the same {@code Idempotency-Key}. What is refused (4xx other than 408 and 429, 3xx) is kept and tried slowly, counted and said. Runs on a thread of
 * its own between {@link #start} and {@link #close}.
 */
public final class CloudSender implements DrainStatus, AutoCloseable {
    private final URI url;
    private final Spool spool;
    private final Bookmark bookmark;
    private final EdgeMetrics metrics;
    private final Bounds bounds;
    private final HttpClient client = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final SpoolReader reader;

    /**
     * @param timeout of one request
     * @param minWait after a failure; doubled up to {@code maxWait}, with jitter
     * @param refusedWait after an answer that retrying soon will not change
     */
    public record Bounds(Duration timeout, Duration minWait, Duration maxWait, Duration refusedWait) {}

    public CloudSender(URI url, Spool spool, Bookmark bookmark, EdgeMetrics metrics, Bounds bounds) {
        this.url = url;
        this.spool = spool;
        this.bookmark = bookmark;
        this.metrics = metrics;
        this.bounds = bounds;
        this.reader = new SpoolReader(
                "cloud-sender",
                spool,
                Optional.empty(),
                new SpoolReader.Waits(bounds.minWait(), bounds.maxWait()),
                this::session);
    }

    public void start() {
        reader.start();
    }

    @Override
    public Optional<String> failure() {
        return reader.failure();
    }

    @Override
    public long position() {
        return reader.position();
    }

    @Override
    public void close() {
        reader.close();
        client.shutdownNow();
    }

    private void session(SpoolReader open) throws InterruptedException, UndeliveredException {
        try {
            open.begin(bookmark.load());
            while (open.await()) {
                Spool.Batch batch = spool.read(open.position(), 1, 1);
                for (Spool.Numbered numbered : batch.entries()) {
                    post(numbered);
                }
                bookmark.save(batch.next());
                spool.release(batch.next());
                open.delivered(batch.next());
            }
        } catch (IOException e) {
            throw new UndeliveredException("the cloud's bookmark cannot be kept: " + e.getMessage(), e);
        }
    }

    private void post(Spool.Numbered numbered) throws InterruptedException, UndeliveredException {
        int status = status(numbered);
        if (status / 100 == 2) {
            metrics.cloud(CloudOutcome.ACCEPTED);
            return;
        }
        String answer = "the cloud answered " + status + " to aggregate " + numbered.number();
        if (status == 408 || status == 429 || status / 100 == 5) {
            metrics.cloud(CloudOutcome.FAILED);
            throw new UndeliveredException(answer);
        }
        metrics.cloud(CloudOutcome.REFUSED);
        throw new UndeliveredException(answer + ", which is kept and tried slowly", bounds.refusedWait());
    }

    private int status(Spool.Numbered numbered) throws InterruptedException, UndeliveredException {
        var request = HttpRequest.newBuilder(url)
                .timeout(bounds.timeout())
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", spool.id() + "-" + numbered.number())
                .POST(HttpRequest.BodyPublishers.ofByteArray(numbered.entry().value()))
                .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            metrics.cloud(CloudOutcome.FAILED);
            throw new UndeliveredException("the cloud cannot be reached: " + e, e);
        }
    }
}
