package io.millrace.edge;

import io.millrace.edge.app.GatewayTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The machine's clocks. */
final class SystemTime implements GatewayTime {
    private final InstantSource wall = InstantSource.system();
    private final long start = System.nanoTime();

    @Override
    public Instant now() {
        return wall.instant();
    }

    @Override
    public Duration uptime() {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
