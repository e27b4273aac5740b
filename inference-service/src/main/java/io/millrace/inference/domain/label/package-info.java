/** Labels that come after predictions: where they come from, and what they say of a prediction. */
@NullMarked
package io.millrace.inference.domain.label;

import org.jspecify.annotations.NullMarked;
