package io.millrace.models.kernel.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A model that learns one example after another. What it becomes follows from its settings, its seed and the examples in their order alone, to the
 * bit on every machine. Learning is for one thread; predictions may be asked by others only of a copy.
 */
public sealed interface Learner permits Classifier, Regressor {
    /** What its examples are made with. */
    FeatureSpace space();

    /** The prediction for a row. Changes nothing. NaN where a number that the model uses is NaN. */
    double predict(Example example);

    /** Learns from a row and its label. Refuses what is not finite, and says so. */
    Outcome learn(Example example, double label);

    /** The whole state, with settings and columns, from which {@link #read} makes a learner that goes on to the bit. */
    void write(DataOutput out) throws IOException;

    /** Makes a learner of what {@link #write} wrote. */
    static Learner read(DataInput in) throws IOException {
        byte version = in.readByte();
        if (version != States.VERSION) throw new IOException("learner state of version " + version + " is not known");
        byte kind = in.readByte();
        return switch (kind) {
            case States.LOGISTIC -> LogisticRegression.readBody(in);
            case States.LINEAR -> LinearRegression.readBody(in);
            case States.TREE -> HoeffdingTree.readBody(in);
            case States.FOREST -> AdaptiveRandomForest.readBody(in);
            default -> throw new IOException("learner of kind " + kind + " is not known");
        };
    }
}
