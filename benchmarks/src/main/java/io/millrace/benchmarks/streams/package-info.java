/** Benchmarks of inference-service's streams beside transactional copy loops. */
@NullMarked
package io.millrace.benchmarks.streams;

import org.jspecify.annotations.NullMarked;
