/** Benchmarks of inference-service: calls with tensors beside the engine alone and an echo, batching, and a soak. */
@NullMarked
package io.millrace.benchmarks.inference;

import org.jspecify.annotations.NullMarked;
