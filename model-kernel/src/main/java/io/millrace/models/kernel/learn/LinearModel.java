package io.millrace.models.kernel.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.function.DoubleSupplier;

/** What logistic and linear regression share: a score that is linear in standardised numbers and in slots, and a step against its gradient. */
final class LinearModel {
    private final FeatureSpace space;
    private final LinearSettings settings;
    private final Standardisation standardisation;
    private final Weights weights;
    private final int columns;
    private final int fields;

    /** The inputs of the example that is learned. */
    private final double[] inputs;

    LinearModel(FeatureSpace space, LinearSettings settings) {
        this.space = space;
        this.settings = settings;
        columns = space.denseColumns();
        fields = space.sparseFields();
        standardisation = new Standardisation(columns);
        weights = Weights.of(settings.optimizer(), columns + space.slots());
        inputs = new double[columns];
    }

    FeatureSpace space() {
        return space;
    }

    double score(Example example) {
        double score = weights.intercept();
        for (int i = 0; i < columns; i++) score += weights.weights[i] * input(i, example.dense[i]);
        for (int field = 0; field < fields; field++) {
            int slot = example.slots[field];
            if (slot < 0) continue;
            int number = space.multiplier(field);
            double weight = weights.weights[columns + space.offset(field) + slot];
            score += number < 0 ? weight : weight * input(number, example.dense[number]);
        }
        return score;
    }

    /** The number as the weights see it. */
    private double input(int column, double value) {
        double scaled = settings.standardise() ? standardisation.standardised(column, value) : value;
        return Math.clamp(scaled, -settings.largestInput(), settings.largestInput());
    }

    /**
     * Learns from an example, or leaves everything as it is where the example or its label cannot be learned from.
     *
     * @param ofLabel what the label is good for
     * @param gradient of the loss by the score, asked once the row's numbers are in the means and deviations
     */
    Outcome learn(Example example, Outcome ofLabel, DoubleSupplier gradient) {
        Outcome row = Outcome.ofRow(example);
        if (row != Outcome.LEARNED) return row;
        if (ofLabel != Outcome.LEARNED) return ofLabel;
        if (!Double.isFinite(score(example))) return Outcome.DIVERGED;
        observe(example);
        step(example, gradient.getAsDouble());
        return Outcome.LEARNED;
    }

    /** Takes a row's numbers into the means and deviations; before its step, as River's scaler does. */
    private void observe(Example example) {
        if (settings.standardise()) standardisation.learn(example.dense);
    }

    /** @param gradient of the loss by the score */
    private void step(Example example, double gradient) {
        double bounded = Math.clamp(gradient, -settings.largestGradient(), settings.largestGradient());
        for (int i = 0; i < columns; i++) {
            inputs[i] = input(i, example.dense[i]);
            weights.step(i, bounded * inputs[i]);
        }
        for (int field = 0; field < fields; field++) {
            int slot = example.slots[field];
            if (slot < 0) continue;
            int number = space.multiplier(field);
            weights.step(columns + space.offset(field) + slot, number < 0 ? bounded : bounded * inputs[number]);
        }
        weights.stepIntercept(bounded);
    }

    LinearForm form(LinearForm.Link link) {
        double[] slopes = new double[columns];
        double[] lowest = new double[columns];
        double[] highest = new double[columns];
        double[] shifts = new double[columns];
        double[] scales = new double[columns];
        double intercept = weights.intercept();
        double most = settings.largestInput();
        for (int i = 0; i < columns; i++) {
            double deviation = settings.standardise() ? standardisation.deviation(i) : 1;
            double mean = settings.standardise() ? standardisation.mean(i) : 0;
            scales[i] = deviation > 0 ? 1 / deviation : 0;
            shifts[i] = -mean * scales[i];
            slopes[i] = weights.weights[i] * scales[i];
            intercept += weights.weights[i] * shifts[i];
            lowest[i] = Double.isInfinite(most) ? Double.NEGATIVE_INFINITY : mean - most * deviation;
            highest[i] = Double.isInfinite(most) ? Double.POSITIVE_INFINITY : mean + most * deviation;
        }
        double[] slotConstants = new double[space.slots()];
        double[] slotSlopes = new double[space.slots()];
        for (int field = 0; field < fields; field++) {
            int end = field + 1 < fields ? space.offset(field + 1) : space.slots();
            int number = space.multiplier(field);
            for (int slot = space.offset(field); slot < end; slot++) {
                double weight = weights.weights[columns + slot];
                slotConstants[slot] = number < 0 ? weight : weight * shifts[number];
                slotSlopes[slot] = number < 0 ? 0 : weight * scales[number];
            }
        }
        return new LinearForm(space, link, intercept, slopes, lowest, highest, slotConstants, slotSlopes);
    }

    /** A copy of all weights: dense columns, slots, the intercept. */
    double[] weights() {
        return weights.weights.clone();
    }

    void write(DataOutput out) throws IOException {
        space.write(out);
        settings.write(out);
        standardisation.write(out);
        weights.write(out);
    }

    static LinearModel read(DataInput in) throws IOException {
        LinearModel model = new LinearModel(FeatureSpace.read(in), LinearSettings.read(in));
        model.standardisation.readInto(in);
        model.weights.readInto(in);
        return model;
    }
}
