/** The expression language: conditions over an event's fields ({@code where}) and on-demand features, type-checked when they are read and compiled once. */
@NullMarked
package io.millrace.features.kernel.condition;

import org.jspecify.annotations.NullMarked;
