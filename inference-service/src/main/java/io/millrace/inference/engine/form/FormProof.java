package io.millrace.inference.engine.form;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.PredictionColumn;
import io.millrace.inference.app.explain.ModelReading;
import io.millrace.inference.app.explain.Rows;
import io.millrace.inference.domain.GoldenRequest;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Holds what was read of a file against the engine: on the golden requests, and on rows that are made for that, at the trees' own thresholds and one step beside them. A sum may be a millionth of it off (of 1 at least), and
 * as much as the engine's 32 bits round.
 */
final class FormProof {
    private static final double TOLERANCE = 1e-6;

    /** What 32 bits, and an engine's own way to a logistic function, may make of a number of 1, and of any probability. */
    private static final double RESOLUTION = 2e-7;

    private static final int MADE = 256;
    private static final int MOST_THRESHOLDS = 64;

    private FormProof() {}

    /** How many rows agree; throws with the first that does not. */
    static int check(Candidate candidate, ModelDefinition definition, List<GoldenRequest> golden, LoadedModel model)
            throws UnreadException {
        var rows = new ArrayList<>(Rows.of(definition, golden));
        rows.addAll(made(candidate, definition));
        double[][] all = rows.toArray(double[][]::new);
        int step = model.signature().isBatch() ? MADE : 1;
        for (int from = 0; from < all.length; from += step) {
            check(candidate, definition, Arrays.copyOfRange(all, from, Math.min(all.length, from + step)), model);
        }
        return all.length;
    }

    private static void check(Candidate candidate, ModelDefinition definition, double[][] rows, LoadedModel model)
            throws UnreadException {
        double[] answers;
        try {
            answers = PredictionColumn.read(
                    definition.output().orElseThrow(),
                    model.infer(Rows.tensors(definition, rows)).outputs(),
                    rows.length);
        } catch (Refusal e) {
            throw new UnreadException("does not run on the rows that what was read is held against: " + e.getMessage());
        }
        for (int i = 0; i < rows.length; i++) {
            double read = candidate.prediction(rows[i]);
            double sum = Math.abs(candidate.form().sum(rows[i]));
            double off = (TOLERANCE * Math.max(1, sum) + candidate.rounding()) * candidate.slope(rows[i])
                    + RESOLUTION * (candidate.isProbability() ? 1 : Math.abs(read));
            if (!(Math.abs(read - answers[i]) <= off)) {
                throw new UnreadException("gives " + answers[i] + " where what was read of it gives " + read
                        + ", for the row " + Arrays.toString(Arrays.copyOf(rows[i], Math.min(20, rows[i].length))));
            }
        }
    }

    private static List<double[]> made(Candidate candidate, ModelDefinition definition) {
        double[] usual = Rows.usual(definition, List.of());
        var random = new Random(usual.length);
        List<List<Double>> thresholds = thresholds(candidate, usual.length, random);
        TensorType[] types = Rows.types(definition);
        var rows = new ArrayList<double[]>(MADE);
        for (int row = 0; row < MADE; row++) {
            double[] made = usual.clone();
            for (int i = 0; i < made.length; i++) {
                // Few columns move far at first, so that links are tried where they are not flat.
                if (random.nextDouble() < (row + 1.0) / MADE) {
                    made[i] = value(thresholds.get(i), made[i], random);
                }
                made[i] = Rows.held(types[i], made[i]);
            }
            rows.add(made);
        }
        return rows;
    }

    private static double value(List<Double> thresholds, double usual, Random random) {
        if (thresholds.isEmpty()) {
            return usual + random.nextGaussian() * Math.max(0.1, Math.abs(usual) / 2);
        }
        float threshold = thresholds.get(random.nextInt(thresholds.size())).floatValue();
        return switch (random.nextInt(4)) {
            case 0 -> threshold;
            case 1 -> Math.nextDown(threshold);
            case 2 -> Math.nextUp(threshold);
            default -> threshold + (float) random.nextGaussian() * Math.max(1, Math.abs(threshold));
        };
    }

    /** What each column is compared with, a sample where there is much; in the column's own unit. */
    private static List<List<Double>> thresholds(Candidate candidate, int width, Random random) {
        var thresholds = new ArrayList<List<Double>>(width);
        int[] seen = new int[width];
        for (int i = 0; i < width; i++) {
            thresholds.add(new ArrayList<>());
        }
        if (candidate.form() instanceof ModelReading.Linear linear) {
            for (int i = 0; i < width; i++) {
                for (double bound : new double[] {linear.lowest()[i], linear.highest()[i]}) {
                    if (Double.isFinite(bound)) {
                        thresholds.get(i).add(bound);
                    }
                }
            }
        }
        if (candidate.form() instanceof ModelReading.Trees trees) {
            trees.trees().forEachSplit((feature, threshold) -> {
                ModelReading.Column column = trees.columns()[feature];
                double own = column.scaling() == null
                        ? threshold
                        : threshold / column.scaling().factor()
                                + column.scaling().offset();
                if (!Double.isFinite(own)) {
                    return;
                }
                List<Double> kept = thresholds.get(column.source());
                int at = seen[column.source()]++;
                int place = at < MOST_THRESHOLDS ? at : random.nextInt(at + 1);
                if (place == kept.size()) {
                    kept.add(own);
                } else if (place < MOST_THRESHOLDS) {
                    kept.set(place, own);
                }
            });
        }
        return thresholds;
    }
}
