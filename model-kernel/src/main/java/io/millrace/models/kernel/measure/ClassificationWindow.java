package io.millrace.models.kernel.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The quality of a model that gives the chance of one class, over a sliding window of prediction times. Each prediction and each label is told once; predictions before or after their labels and in any
 * order leave the same state. Memory is bounded: at most some 35 KB per tile, and 2 KB where scores lie close together. Not thread-safe.
 */
public final class ClassificationWindow {
    private final double threshold;
    private final SlidingWindow<ClassificationCounts> window;

    /**
     * A window that has seen nothing.
     *
     * @param threshold at or above which a score means the class, 0 to 1
     * @param tileMicros the step by which the window slides
     * @param tiles how many of them it covers
     */
    public ClassificationWindow(double threshold, long tileMicros, int tiles) {
        this(threshold, new SlidingWindow<>(tileMicros, tiles, ClassificationCounts::new));
    }

    private ClassificationWindow(double threshold, SlidingWindow<ClassificationCounts> window) {
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new IllegalArgumentException("a threshold lies from 0 to 1, got " + threshold);
        }
        this.threshold = threshold;
        this.window = window;
    }

    /** A prediction was made. */
    public void predicted(long predictionMicros) {
        ClassificationCounts tile = window.at(predictionMicros);
        if (tile != null) {
            tile.predicted();
        }
    }

    /** The label of a prediction has come. False where the prediction lies behind the window, which changes nothing. */
    public boolean labelled(long predictionMicros, double score, boolean positive, long labelMicros) {
        ClassificationCounts tile = window.at(predictionMicros);
        if (tile == null) {
            return false;
        }
        tile.labelled(score, positive, threshold, labelMicros - predictionMicros);
        return true;
    }

    /** What is known of the predictions of the window that ends at this time. */
    public ClassificationMeasures measures(long micros) {
        return window.fold(micros).measures();
    }

    public void write(DataOutput out) throws IOException {
        out.writeDouble(threshold);
        window.write(out);
    }

    public static ClassificationWindow read(DataInput in) throws IOException {
        double threshold = in.readDouble();
        return new ClassificationWindow(
                threshold, SlidingWindow.read(in, ClassificationCounts::new, ClassificationCounts::read));
    }
}
