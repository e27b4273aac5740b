package io.millrace.inference.app.watch;

import io.millrace.models.kernel.drift.DriftPolicy;
import java.time.Duration;

/**
 * How pipelines are watched.
 *
 * @param tile width of the tiles of event time; divides a week
 * @param windowRows the newest tiles that together have so many rows are compared with the reference
 * @param windowTiles but no more of them than this
 * @param minimumRows with fewer nothing is said
 * @param referenceRows first predictions of a version whose model brings no reference that become one
 * @param weeks whose same hour is compared with; 0: none
 * @param grace how long after the end of a tile, by event time, it is looked at
 * @param alpha the chance of a false alarm in a look, all that is looked at together
 * @param minimumPsi what a distribution must have moved by
 * @param minimumShare what missing and new shares must have changed by
 * @param minimumAuc what the classifier must reach
 * @param sampleRows of a tile that are kept as they are
 */
public record WatchSettings(
        Duration tile,
        long windowRows,
        int windowTiles,
        long minimumRows,
        int referenceRows,
        int weeks,
        Duration grace,
        double alpha,
        double minimumPsi,
        double minimumShare,
        double minimumAuc,
        int sampleRows) {
    private static final long WEEK_MICROS = Duration.ofDays(7).toNanos() / 1_000;

    /** Three comparisons share the chance of a false alarm: with the reference, with earlier weeks, of all features together. */
    private static final int COMPARISONS = 3;

    public WatchSettings {
        long micros = tile.toNanos() / 1_000;
        if (micros < 60_000_000 || WEEK_MICROS % micros != 0) {
            throw new IllegalArgumentException("a tile is at least 1m wide and divides a week, was " + tile);
        }
        within("window-rows", windowRows, 50, 10_000_000);
        within("window-tiles", windowTiles, 1, 1_000);
        within("minimum-rows", minimumRows, 50, 10_000_000);
        within("reference-rows", referenceRows, 100, 20_000);
        within("weeks", weeks, 0, 8);
        within("sample-rows", sampleRows, 50, 2_000);
        if (grace.isNegative() || !(alpha > 0 && alpha < 0.5) || !(minimumAuc >= 0.5 && minimumAuc < 1)) {
            throw new IllegalArgumentException("grace " + grace + ", alpha " + alpha + ", AUC " + minimumAuc);
        }
    }

    private static void within(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "millrace.inference.watch." + name + " must be " + least + " to " + most + ", was " + value);
        }
    }

    long tileMicros() {
        return tile.toNanos() / 1_000;
    }

    long weekTiles() {
        return WEEK_MICROS / tileMicros();
    }

    /** How many tiles are kept. */
    long keptTiles() {
        return weeks * weekTiles() + windowTiles;
    }

    double alphaOfEach() {
        return alpha / COMPARISONS;
    }

    DriftPolicy policy() {
        return new DriftPolicy(alphaOfEach(), DriftPolicy.Correction.BONFERRONI, minimumRows, minimumPsi, minimumShare);
    }
}
