/** Writing models as ONNX: a graph node by node, and the trees of an ensemble. */
@NullMarked
package io.millrace.inference.engine.onnx;

import org.jspecify.annotations.NullMarked;
