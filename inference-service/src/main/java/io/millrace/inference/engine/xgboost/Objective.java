package io.millrace.inference.engine.xgboost;

import java.util.Map;
import java.util.Optional;

/** What becomes of the sums of the trees, and what a file's {@code base_score} stands for (xgboost, src/objective). */
enum Objective {
    /** The sum is the prediction, and {@code base_score} is a sum. */
    IDENTITY,
    /** A probability; {@code base_score} is one, too. */
    LOGISTIC,
    /** The exponential of the sum; {@code base_score} is one, too. */
    EXPONENTIAL,
    /** Probabilities of the classes. */
    SOFTMAX,
    /** The class with the largest sum. */
    ARGMAX;

    private static final Map<String, Objective> NAMES = Map.ofEntries(
            Map.entry("reg:squarederror", IDENTITY),
            Map.entry("reg:linear", IDENTITY),
            Map.entry("reg:squaredlogerror", IDENTITY),
            Map.entry("reg:absoluteerror", IDENTITY),
            Map.entry("reg:pseudohubererror", IDENTITY),
            Map.entry("rank:pairwise", IDENTITY),
            Map.entry("rank:ndcg", IDENTITY),
            Map.entry("rank:map", IDENTITY),
            Map.entry("reg:logistic", LOGISTIC),
            Map.entry("binary:logistic", LOGISTIC),
            Map.entry("binary:logitraw", IDENTITY),
            Map.entry("count:poisson", EXPONENTIAL),
            Map.entry("reg:gamma", EXPONENTIAL),
            Map.entry("reg:tweedie", EXPONENTIAL),
            Map.entry("multi:softprob", SOFTMAX),
            Map.entry("multi:softmax", ARGMAX));

    static Optional<Objective> named(String name) {
        return Optional.ofNullable(NAMES.get(name));
    }

    boolean hasClasses() {
        return this == SOFTMAX || this == ARGMAX;
    }

    /** The sum that {@code base_score} stands for. */
    float margin(float baseScore) {
        return switch (this) {
            case IDENTITY, SOFTMAX, ARGMAX -> baseScore;
            case LOGISTIC -> (float) -StrictMath.log(1.0 / baseScore - 1.0);
            case EXPONENTIAL -> (float) StrictMath.log(baseScore);
        };
    }

    /** The prediction of sums, one per output. */
    double[] prediction(float[] sums) {
        double[] prediction = new double[sums.length];
        for (int i = 0; i < sums.length; i++) {
            prediction[i] = switch (this) {
                case IDENTITY, SOFTMAX, ARGMAX -> sums[i];
                case LOGISTIC -> 1 / (1 + StrictMath.exp(-(double) sums[i]));
                case EXPONENTIAL -> StrictMath.exp(sums[i]);
            };
        }
        return switch (this) {
            case SOFTMAX -> softmax(prediction);
            case ARGMAX -> new double[] {largest(prediction)};
            case IDENTITY, LOGISTIC, EXPONENTIAL -> prediction;
        };
    }

    private static double[] softmax(double[] sums) {
        double largest = sums[largest(sums)];
        double all = 0;
        for (int i = 0; i < sums.length; i++) {
            sums[i] = StrictMath.exp(sums[i] - largest);
            all += sums[i];
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] /= all;
        }
        return sums;
    }

    /** The first of the largest. */
    private static int largest(double[] sums) {
        int largest = 0;
        for (int i = 1; i < sums.length; i++) {
            if (sums[i] > sums[largest]) {
                largest = i;
            }
        }
        return largest;
    }
}
