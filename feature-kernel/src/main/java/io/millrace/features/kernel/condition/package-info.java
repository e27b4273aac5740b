/** Conditions over an event's fields: the expression language of {@code where}, type-checked when a view is read and compiled once. */
@NullMarked
package io.millrace.features.kernel.condition;

import org.jspecify.annotations.NullMarked;
