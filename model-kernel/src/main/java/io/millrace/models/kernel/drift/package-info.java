/** Detectors of change in a stream of numbers, and how far what is seen is from a reference. */
@NullMarked
package io.millrace.models.kernel.drift;

import org.jspecify.annotations.NullMarked;
