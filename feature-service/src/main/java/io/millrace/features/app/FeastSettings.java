package io.millrace.features.app;

import java.time.Duration;

/**
 * What Feast's interfaces do otherwise than ours.
 *
 * @param ignoreTtl say PRESENT of a value that is older than its view's ttl, as Feast's Python server does
 * @param writeWait how long a write waits until its rows can be read; zero not to wait
 */
public record FeastSettings(boolean ignoreTtl, Duration writeWait) {}
