/** What proves that one model is better than another, or would have been: tests that may be looked at at every moment, off-policy estimates, and bandits that log their propensities. */
@NullMarked
package io.millrace.models.kernel.evidence;

import org.jspecify.annotations.NullMarked;
