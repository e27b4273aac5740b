package io.millrace.edge.app;

import java.time.Duration;
import java.time.Instant;

/** Clocks that a test moves, each for itself. */
public final class MovableTime implements GatewayTime {
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private volatile Duration uptime = Duration.ofHours(1);

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public Duration uptime() {
        return uptime;
    }

    /** Time goes by. */
    public void pass(Duration time) {
        now = now.plus(time);
        uptime = uptime.plus(time);
    }

    /** Somebody sets the wall clock. */
    public void jump(Duration by) {
        now = now.plus(by);
    }
}
