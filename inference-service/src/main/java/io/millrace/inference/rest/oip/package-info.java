/** The Open Inference Protocol v2 over HTTP, as Triton's and KServe's clients speak it. */
@NullMarked
package io.millrace.inference.rest.oip;

import org.jspecify.annotations.NullMarked;
