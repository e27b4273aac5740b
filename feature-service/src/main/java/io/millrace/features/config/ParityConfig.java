package io.millrace.features.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The standing check that what is served online is what the offline store says: what can be set under {@code millrace.features.parity}. */
@ConfigMapping(prefix = "millrace.features.parity")
public interface ParityConfig {
    /** The share of online reads of which a row is computed again; 0 (none) to 1 (all). */
    @WithDefault("0.001")
    double sampleRatio();

    /** Samples that may wait for the offline store; more are dropped and counted. 1 to 1,000,000. */
    @WithDefault("10000")
    int maxWaiting();

    /** How often samples are compared; 100 ms to 1 h. */
    @WithDefault("30s")
    Duration interval();

    /** How long a sample waits for the offline store before it is dropped; 1 s to 7 d. */
    @WithDefault("1h")
    Duration patience();

    /** Rows that differ which are shown, the newest; 1 to 10,000. */
    @WithDefault("100")
    int kept();
}
