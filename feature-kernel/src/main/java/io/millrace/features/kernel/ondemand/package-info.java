/** On-demand features: what they are computed of, and the one evaluator that online reads, training sets and replay call. */
@NullMarked
package io.millrace.features.kernel.ondemand;

import org.jspecify.annotations.NullMarked;
