/** What watching the predictions of pipelines has found. */
@NullMarked
package io.millrace.inference.domain.watch;

import org.jspecify.annotations.NullMarked;
