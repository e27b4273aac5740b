/** Files scored with a pipeline: rows in, the same rows with predictions out, each with the features as of its own instant. */
@NullMarked
package io.millrace.inference.app.batch;

import org.jspecify.annotations.NullMarked;
