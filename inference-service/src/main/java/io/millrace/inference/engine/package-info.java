/** Looks into ONNX files and runs them. The only room that sees DJL and ONNX Runtime. */
@NullMarked
package io.millrace.inference.engine;

import org.jspecify.annotations.NullMarked;
