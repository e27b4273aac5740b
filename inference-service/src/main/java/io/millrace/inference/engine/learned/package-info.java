/** What online learners have learned, as ONNX. */
@NullMarked
package io.millrace.inference.engine.learned;

import org.jspecify.annotations.NullMarked;
