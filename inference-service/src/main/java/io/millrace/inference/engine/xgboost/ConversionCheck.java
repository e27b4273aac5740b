package io.millrace.inference.engine.xgboost;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Holds a converted model against its trees, walked in Java, on rows that are made for that: values at the trees' own thresholds and one step beside them, missing ones, and others. The
 * rows of a forest are always the same.
 */
final class ConversionCheck {
    private static final double TOLERANCE = 1e-6;
    private static final int MAX_ROWS = 512;
    private static final int MAX_VALUES = 1 << 22;
    private static final double MISSING = 0.15;

    private ConversionCheck() {}

    /**
     * @throws ModelRefusedException CONVERSION_DIFFERS where a prediction is more than 1e-6, or a millionth of it, apart
     */
    static void check(Forest forest, LoadedModel converted) throws ModelRefusedException {
        float[][] rows = rows(forest);
        ByteBuffer data = ByteBuffer.allocateDirect(rows.length * forest.features() * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (float[] row : rows) {
            for (float value : row) {
                data.putFloat(value);
            }
        }
        Tensor output;
        try {
            output = converted
                    .infer(List.of(new Tensor(
                            ForestOnnx.INPUT,
                            Datatype.FP32,
                            List.of((long) rows.length, (long) forest.features()),
                            data.flip())))
                    .outputs()
                    .getFirst();
        } catch (Refusal e) {
            throw new ModelRefusedException(
                    ModelFault.CONVERSION_DIFFERS, "the converted model does not run: " + e.getMessage(), e);
        }
        int width = output.elements() / rows.length;
        for (int row = 0; row < rows.length; row++) {
            double[] expected = forest.prediction(rows[row]);
            if (expected.length != width) {
                throw new ModelRefusedException(
                        ModelFault.CONVERSION_DIFFERS,
                        "the converted model gives " + output.shape() + ", its trees " + expected.length
                                + " numbers a row");
            }
            for (int i = 0; i < width; i++) {
                double got = output.number(row * width + i).doubleValue();
                if (!close((float) expected[i], got)) {
                    throw new ModelRefusedException(
                            ModelFault.CONVERSION_DIFFERS,
                            "the converted model gives " + got + " where its trees give " + expected[i] + ", in column "
                                    + i + " for the row "
                                    + Arrays.toString(Arrays.copyOf(rows[row], Math.min(20, rows[row].length))));
                }
            }
        }
    }

    private static boolean close(double expected, double got) {
        return Double.compare(expected, got) == 0
                || Math.abs(expected - got) <= TOLERANCE * Math.max(1, Math.abs(expected));
    }

    private static float[][] rows(Forest forest) {
        var random = new Random(forest.features());
        float[][] thresholds = thresholds(forest, random);
        int count = Math.clamp(MAX_VALUES / forest.features(), 4, MAX_ROWS);
        float[][] rows = new float[count][forest.features()];
        Arrays.fill(rows[0], Float.NaN);
        Arrays.fill(rows[1], Float.POSITIVE_INFINITY);
        Arrays.fill(rows[2], Float.NEGATIVE_INFINITY);
        for (int row = 3; row < count; row++) {
            for (int feature = 0; feature < forest.features(); feature++) {
                rows[row][feature] = value(thresholds[feature], random);
            }
        }
        return rows;
    }

    private static float value(float[] thresholds, Random random) {
        if (random.nextDouble() < MISSING) {
            return Float.NaN;
        }
        if (thresholds.length == 0) {
            return (float) random.nextGaussian();
        }
        float threshold = thresholds[random.nextInt(thresholds.length)];
        return switch (random.nextInt(4)) {
            case 0 -> threshold;
            case 1 -> Math.nextDown(threshold);
            case 2 -> Math.nextUp(threshold);
            default -> threshold + (float) random.nextGaussian() * Math.max(1, Math.abs(threshold));
        };
    }

    /** What each feature is compared with. */
    private static float[][] thresholds(Forest forest, Random random) {
        int[] counts = new int[forest.features()];
        for (Tree tree : forest.trees()) {
            for (int node = 0; node < tree.left().length; node++) {
                if (!tree.isLeaf(node)) {
                    counts[tree.feature()[node]]++;
                }
            }
        }
        float[][] thresholds = new float[forest.features()][];
        for (int feature = 0; feature < counts.length; feature++) {
            thresholds[feature] = new float[Math.min(counts[feature], MAX_ROWS)];
        }
        int[] seen = new int[forest.features()];
        for (Tree tree : forest.trees()) {
            for (int node = 0; node < tree.left().length; node++) {
                if (!tree.isLeaf(node)) {
                    int feature = tree.feature()[node];
                    // A sample of them where there are more (reservoir).
                    int at = seen[feature] < MAX_ROWS ? seen[feature] : random.nextInt(seen[feature] + 1);
                    if (at < MAX_ROWS) {
                        thresholds[feature][at] = tree.value()[node];
                    }
                    seen[feature]++;
                }
            }
        }
        return thresholds;
    }
}
