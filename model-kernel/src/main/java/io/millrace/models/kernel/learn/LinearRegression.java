package io.millrace.models.kernel.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Linear regression: squared loss, whose gradient by the score is 2 (prediction − label), cut to the bound of the settings. */
public final class LinearRegression implements Regressor {
    private final LinearModel model;

    public LinearRegression(FeatureSpace space, LinearSettings settings) {
        this(new LinearModel(space, settings));
    }

    private LinearRegression(LinearModel model) {
        this.model = model;
    }

    @Override
    public FeatureSpace space() {
        return model.space();
    }

    @Override
    public double predict(Example example) {
        return model.score(example);
    }

    @Override
    public Outcome learn(Example example, double label) {
        return model.learn(example, Outcome.ofNumber(label), () -> 2 * (model.score(example) - label));
    }

    /** The model as it is now. */
    public LinearForm form() {
        return model.form(LinearForm.Link.IDENTITY);
    }

    /** A copy of the weights as the optimizer has them: dense columns, slots, the intercept. */
    public double[] weights() {
        return model.weights();
    }

    @Override
    public void write(DataOutput out) throws IOException {
        States.head(out, States.LINEAR);
        model.write(out);
    }

    static LinearRegression readBody(DataInput in) throws IOException {
        return new LinearRegression(LinearModel.read(in));
    }
}
