package io.millrace.models.kernel.explain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Partial dependence (Friedman 2001, section 8.2): the mean score of the background where one feature is set to a value, and its spread, which is large where the feature acts together with others. */
public final class PartialDependence {
    private PartialDependence() {}

    /**
     * The mean score where a feature has a value.
     *
     * @param value of the feature
     * @param mean score of the background with it
     * @param deviation of these scores around their mean
     */
    public record Point(double value, double mean, double deviation) {}

    /**
     * A point for each value. Asks the model values × rows times.
     *
     * @param model gives a finite score of a row, and keeps no row
     * @param background rows of the reference, at least one
     * @param feature by its place
     * @param values of it, in the order of the points
     */
    public static List<Point> of(
            ToDoubleFunction<double[]> model, double[][] background, int feature, double[] values) {
        return of(rows -> Arrays.stream(rows).mapToDouble(model).toArray(), background, new int[] {feature}, values);
    }

    /**
     * The same of a model that is asked all rows at a time, where several features that are one have the value.
     *
     * @param features by their places
     */
    public static List<Point> of(SampledShapley.Scores model, double[][] background, int[] features, double[] values) {
        List<Point> points = new ArrayList<>();
        for (double value : values) {
            double[][] rows = new double[background.length][];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = background[i].clone();
                for (int feature : features) {
                    rows[i][feature] = value;
                }
            }
            double mean = 0;
            double squares = 0;
            double[] scores = model.of(rows);
            for (int i = 0; i < scores.length; i++) {
                double gap = scores[i] - mean;
                mean += gap / (i + 1);
                squares += gap * (scores[i] - mean);
            }
            points.add(new Point(value, mean, Math.sqrt(squares / background.length)));
        }
        return List.copyOf(points);
    }
}
