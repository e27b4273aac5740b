package io.millrace.edge.http;

import io.millrace.edge.app.Bookmark;
import io.millrace.edge.app.DrainStatus;
import io.millrace.edge.app.Spool;
import io.millrace.edge.telemetry.EdgeMetrics;
import io.millrace.edge.telemetry.EdgeMetrics.CloudOutcome;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * POSTs aggregates to the cloud in order, each until it is accepted (2xx); at least once: a kill between the answer and the bookmark sends one again, under
 * the same {@code Idempotency-Key}. What is refused (4xx other than 408 and 429, 3xx) is kept and tried slowly, counted and said. Runs on a thread of
 * its own between {@link #start} and {@link #close}.
 */
public final class CloudSender implements DrainStatus, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(CloudSender.class);
    private static final Duration IDLE = Duration.ofMillis(500);

    private final URI url;
    private final Spool spool;
    private final Bookmark bookmark;
    private final EdgeMetrics metrics;
    private final Bounds bounds;
    private final HttpClient client = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final Thread thread =
            Thread.ofPlatform().name("cloud-sender").daemon().unstarted(this::run);
    private volatile Optional<String> failure = Optional.empty();
    private volatile long position;
    private volatile boolean open = true;

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
    }

    public void start() {
        thread.start();
    }

    @Override
    public Optional<String> failure() {
        return failure;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void close() {
        open = false;
        thread.interrupt();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.shutdownNow();
    }

    private void run() {
        try {
            position = bookmark.load();
            while (open) {
                if (spool.await(position, IDLE)) {
                    next();
                }
            }
        } catch (InterruptedException e) {
            // Only close() interrupts this thread.
            LOG.debug("The cloud sender ends");
        } catch (IOException | RuntimeException e) {
            failure = Optional.of("the cloud sender has ended: " + e.getMessage());
            LOG.error("The cloud sender has ended; restart the gateway", e);
        }
    }

    private void next() throws InterruptedException, IOException {
        Spool.Batch batch = spool.read(position, 1, 1);
        for (Spool.Numbered numbered : batch.entries()) {
            deliver(numbered);
        }
        position = batch.next();
        bookmark.save(position);
        spool.release(position);
    }

    private void deliver(Spool.Numbered numbered) throws InterruptedException {
        for (int failures = 1; true; failures++) {
            CloudOutcome outcome = post(numbered);
            metrics.cloud(outcome);
            switch (outcome) {
                case ACCEPTED -> {
                    failure = Optional.empty();
                    return;
                }
                case REFUSED -> pause(bounds.refusedWait());
                case FAILED -> pause(backOff(failures));
            }
        }
    }

    private CloudOutcome post(Spool.Numbered numbered) throws InterruptedException {
        var request = HttpRequest.newBuilder(url)
                .timeout(bounds.timeout())
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", spool.id() + "-" + numbered.number())
                .POST(HttpRequest.BodyPublishers.ofByteArray(numbered.entry().value()))
                .build();
        try {
            int status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status / 100 == 2) {
                return CloudOutcome.ACCEPTED;
            }
            boolean passing = status == 408 || status == 429 || status / 100 == 5;
            say("the cloud answered " + status + " to aggregate " + numbered.number()
                    + (passing ? "" : ", which is kept and tried slowly"));
            return passing ? CloudOutcome.FAILED : CloudOutcome.REFUSED;
        } catch (IOException e) {
            say("the cloud cannot be reached: " + e);
            return CloudOutcome.FAILED;
        }
    }

    private void say(String message) {
        if (!failure.equals(Optional.of(message))) {
            LOG.warn(message);
        }
        failure = Optional.of(message);
    }

    private Duration backOff(int failures) {
        long longest = Math.min(bounds.maxWait().toMillis(), bounds.minWait().toMillis() << Math.min(failures - 1, 20));
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(longest / 2, longest + 1));
    }

    private static void pause(Duration wait) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(wait.toMillis());
    }
}
