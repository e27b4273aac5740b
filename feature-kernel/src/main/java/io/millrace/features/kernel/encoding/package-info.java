/** The compact binary form of values, keys and states, as stores keep them. */
@NullMarked
package io.millrace.features.kernel.encoding;

import org.jspecify.annotations.NullMarked;
