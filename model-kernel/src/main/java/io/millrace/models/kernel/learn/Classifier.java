package io.millrace.models.kernel.learn;

/** A learner of two classes: labels are 0 or 1, and the prediction is the probability of 1. */
public sealed interface Classifier extends Learner permits LogisticRegression, HoeffdingTree, AdaptiveRandomForest {}
