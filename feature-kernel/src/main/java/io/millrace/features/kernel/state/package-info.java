/** The states that aggregations fold: exact, and independent of the order and grouping in which events arrive. */
@NullMarked
package io.millrace.features.kernel.state;

import org.jspecify.annotations.NullMarked;
