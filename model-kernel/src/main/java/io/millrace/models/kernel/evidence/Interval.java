package io.millrace.models.kernel.evidence;

/** An estimate and the interval around it. */
public record Interval(double estimate, double lower, double upper) {}
