package io.millrace.edge.app;

import java.time.Duration;
import java.time.Instant;

/** The gateway's clocks: one to write down, one to measure with. The first may jump by days; nothing is decided by it. */
public interface GatewayTime {
    /** By the wall clock. */
    Instant now();

    /** Since some fixed moment; never goes back. */
    Duration uptime();
}
