/** Distributions and small matrices that tests of change, drift and outliers stand on: the same bits on every machine. */
@NullMarked
package io.millrace.models.kernel.statistics;

import org.jspecify.annotations.NullMarked;
