package io.millrace.models.kernel.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Logistic regression: log loss, whose gradient by the score is prediction − label and never beyond ±1. */
public final class LogisticRegression implements Classifier {
    private final LinearModel model;

    public LogisticRegression(FeatureSpace space, LinearSettings settings) {
        this(new LinearModel(space, settings));
    }

    private LogisticRegression(LinearModel model) {
        this.model = model;
    }

    @Override
    public FeatureSpace space() {
        return model.space();
    }

    @Override
    public double predict(Example example) {
        return LinearForm.Link.LOGISTIC.of(model.score(example));
    }

    @Override
    public Outcome learn(Example example, double label) {
        return model.learn(example, Outcome.ofClass(label), () -> predict(example) - label);
    }

    /** The model as it is now. */
    public LinearForm form() {
        return model.form(LinearForm.Link.LOGISTIC);
    }

    /** A copy of the weights as the optimizer has them: dense columns, slots, the intercept. */
    public double[] weights() {
        return model.weights();
    }

    @Override
    public void write(DataOutput out) throws IOException {
        States.head(out, States.LOGISTIC);
        model.write(out);
    }

    static LogisticRegression readBody(DataInput in) throws IOException {
        return new LogisticRegression(LinearModel.read(in));
    }
}
