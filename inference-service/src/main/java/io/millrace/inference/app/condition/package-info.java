/** Conditions over predictions: which output takes one, and which raises an alert. */
@NullMarked
package io.millrace.inference.app.condition;

import org.jspecify.annotations.NullMarked;
