/** What each feature contributed to a prediction. */
@NullMarked
package io.millrace.inference.domain.explain;

import org.jspecify.annotations.NullMarked;
