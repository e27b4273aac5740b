/** From a source's records to a view's events. */
@NullMarked
package io.millrace.features.kernel.projection;

import org.jspecify.annotations.NullMarked;
