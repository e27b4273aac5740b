/** How unlike the reference of a model a row is: scores that are cheap enough to go with each prediction. */
@NullMarked
package io.millrace.models.kernel.outlier;

import org.jspecify.annotations.NullMarked;
