package io.millrace.models.kernel.drift;

/**
 * How well rows of now can be told from those of the reference.
 *
 * @param auc the chance that a row of now looks more like now than one of the reference does; ½ where nothing has moved
 * @param lower end of the interval of 95 % (DeLong's error, folds taken for independent)
 * @param upper end of it
 * @param p the chance of such an area or a higher one though nothing has moved
 */
public record DomainDrift(double auc, double lower, double upper, double p) {}
