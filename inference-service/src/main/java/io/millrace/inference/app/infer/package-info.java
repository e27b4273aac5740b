/** Inference on tensors: requests that name a model or a pipeline, as the Open Inference Protocol v2 has them, whatever wire they came over. */
@NullMarked
package io.millrace.inference.app.infer;

import org.jspecify.annotations.NullMarked;
