package io.millrace.models.kernel.learn;

/** A learner of a number. */
public sealed interface Regressor extends Learner permits LinearRegression {}
