package io.millrace.inference.domain.deploy;

/**
 * The arm of a deployment that a call went to.
 *
 * @param revision of the deployment's definition
 * @param share the probability with which the arm was chosen, above 0 to 1
 */
public record Choice(String deployment, long revision, String arm, double share) {}
