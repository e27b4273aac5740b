package io.millrace.edge.config;

import io.millrace.gate.ConfigBounds;
import java.time.Duration;

/** Checks the bounds that {@link EdgeConfig} names, all at once. */
public final class SettingsCheck {
    private SettingsCheck() {}

    /**
     * @throws IllegalArgumentException with every setting that is out of bounds
     */
    public static void check(EdgeConfig config) {
        var bounds = new ConfigBounds("millrace.edge");
        bounds.size("spool.max-size", config.spool().maxSize(), 64 << 10, Long.MAX_VALUE);
        bounds.size("spool.segment-size", config.spool().segmentSize(), 4 << 10, 256 << 20);
        bounds.time(
                "spool.checkpoint-interval",
                config.spool().checkpointInterval(),
                Duration.ofMillis(100),
                Duration.ofMinutes(10));
        bounds.time("spool.patience", config.spool().patience(), Duration.ofMillis(100), Duration.ofSeconds(60));
        bounds.time("cycle.interval", config.cycle().interval(), Duration.ofMillis(100), Duration.ofHours(1));
        bounds.time(
                "cycle.limit",
                config.cycle().limit(),
                Duration.ofMillis(10),
                config.cycle().interval());
        bounds.time("pull.timeout", config.pull().timeout(), Duration.ofMillis(10), Duration.ofSeconds(60));
        bounds.number("pull.concurrency", config.pull().concurrency(), 1, 20_000);
        bounds.size("pull.max-response-size", config.pull().maxResponseSize(), 1 << 10, 1 << 20);
        bounds.number("pull.resolvers", config.pull().resolvers(), 1, 256);
        bounds.number("liveness.missed", config.liveness().missed(), 1, 1_000);
        bounds.time("cloud.timeout", config.cloud().timeout(), Duration.ofMillis(100), Duration.ofMinutes(5));
        bounds.time("cloud.min-wait", config.cloud().minWait(), Duration.ofMillis(10), Duration.ofHours(1));
        bounds.time("cloud.max-wait", config.cloud().maxWait(), config.cloud().minWait(), Duration.ofDays(1));
        bounds.time("cloud.refused-wait", config.cloud().refusedWait(), Duration.ofMillis(10), Duration.ofDays(1));
        bounds.size("cloud.max-size", config.cloud().maxSize(), 64 << 10, Long.MAX_VALUE);
        bounds.number("drain.max-entries", config.drain().maxEntries(), 1, 100_000);
        bounds.size("drain.max-size", config.drain().maxSize(), 1 << 10, 64 << 20);
        bounds.time("drain.min-wait", config.drain().minWait(), Duration.ofMillis(10), Duration.ofHours(1));
        bounds.time("drain.max-wait", config.drain().maxWait(), config.drain().minWait(), Duration.ofHours(1));
        config.cloud()
                .url()
                .ifPresent(url -> bounds.require(
                        "cloud.url",
                        url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme())),
                        "an http or https URL",
                        url));
        bounds.refuseFaults();
    }
}
