package io.millrace.models.kernel.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The quality of a model that gives a number, over a sliding window of prediction times. Each prediction and each label is told once; predictions before or after their labels and in any order leave
 * the same state. Memory is bounded: at most 6 KB per tile. Not thread-safe.
 */
public final class RegressionWindow {
    private final double quantile;
    private final SlidingWindow<RegressionCounts> window;

    /**
     * A window that has seen nothing.
     *
     * @param quantile that the model means to predict, above 0 and below 1: ½ for a median, and where it predicts a mean
     * @param tileMicros the step by which the window slides
     * @param tiles how many of them it covers
     */
    public RegressionWindow(double quantile, long tileMicros, int tiles) {
        this(quantile, new SlidingWindow<>(tileMicros, tiles, RegressionCounts::new));
    }

    private RegressionWindow(double quantile, SlidingWindow<RegressionCounts> window) {
        if (!(quantile > 0 && quantile < 1)) {
            throw new IllegalArgumentException("a quantile lies between 0 and 1, got " + quantile);
        }
        this.quantile = quantile;
        this.window = window;
    }

    /** A prediction was made. */
    public void predicted(long predictionMicros) {
        RegressionCounts tile = window.at(predictionMicros);
        if (tile != null) {
            tile.predicted();
        }
    }

    /** The label of a prediction has come. False where the prediction lies behind the window, which changes nothing. */
    public boolean labelled(long predictionMicros, double predicted, double actual, long labelMicros) {
        RegressionCounts tile = window.at(predictionMicros);
        if (tile == null) {
            return false;
        }
        tile.labelled(predicted, actual, quantile, labelMicros - predictionMicros);
        return true;
    }

    /** What is known of the predictions of the window that ends at this time. */
    public RegressionMeasures measures(long micros) {
        return window.fold(micros).measures();
    }

    public void write(DataOutput out) throws IOException {
        out.writeDouble(quantile);
        window.write(out);
    }

    public static RegressionWindow read(DataInput in) throws IOException {
        double quantile = in.readDouble();
        return new RegressionWindow(quantile, SlidingWindow.read(in, RegressionCounts::new, RegressionCounts::read));
    }
}
