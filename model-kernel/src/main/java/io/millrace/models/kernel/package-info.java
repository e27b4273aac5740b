/** What is computed about models, the same wherever it runs: learners, evidence, drift and explanations. No transport, no storage, no clock, and no randomness without a seed. */
@NullMarked
package io.millrace.models.kernel;

import org.jspecify.annotations.NullMarked;
