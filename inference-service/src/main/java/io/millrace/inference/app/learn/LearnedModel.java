package io.millrace.inference.app.learn;

import io.millrace.models.kernel.learn.AdaptiveRandomForest;
import io.millrace.models.kernel.learn.Example;
import io.millrace.models.kernel.learn.ForestForm;
import io.millrace.models.kernel.learn.HoeffdingTree;
import io.millrace.models.kernel.learn.Learner;
import io.millrace.models.kernel.learn.LinearForm;
import io.millrace.models.kernel.learn.LinearRegression;
import io.millrace.models.kernel.learn.LogisticRegression;
import java.util.Optional;

/**
 * What a learner has learned, as plain numbers. As a model it takes {@value #NUMBERS}, FP64 [rows, numeric columns], and {@value #CATEGORIES}, BYTES [rows, categories] with the empty
 * text for a missing one, each where there are such columns, and gives {@value #PREDICTION}, FP64 [rows, 1].
 */
public sealed interface LearnedModel {
    String NUMBERS = "numbers";
    String CATEGORIES = "categories";
    String PREDICTION = "prediction";

    record Linear(LinearForm form) implements LearnedModel {}

    record Trees(ForestForm form) implements LearnedModel {}

    /** What the learner predicts for a row, but for rounding. */
    default double predict(Example example) {
        return switch (this) {
            case Linear(LinearForm form) -> form.evaluate(example);
            case Trees(ForestForm form) -> form.evaluate(example);
        };
    }

    /** The learner as it is now; empty where one of its leaves predicts by naive Bayes over categories, for which there is no plain form. */
    static Optional<LearnedModel> of(Learner learner) {
        return switch (learner) {
            case LogisticRegression logistic -> Optional.of(new Linear(logistic.form()));
            case LinearRegression linear -> Optional.of(new Linear(linear.form()));
            case HoeffdingTree tree -> tree.form().map(form -> new Trees(ForestForm.of(form)));
            case AdaptiveRandomForest forest -> forest.form().map(Trees::new);
        };
    }
}
