/** Randomness that has a seed, and whose state outlives the process. */
@NullMarked
package io.millrace.models.kernel.random;

import org.jspecify.annotations.NullMarked;
