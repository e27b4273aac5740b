/** How good predictions were, over sliding windows of time: states in bounded memory that come out the same whatever order the rows came in. */
@NullMarked
package io.millrace.models.kernel.measure;

import org.jspecify.annotations.NullMarked;
