/** Online learners beside decoding their rows alone. */
@NullMarked
package io.millrace.benchmarks.learners;

import org.jspecify.annotations.NullMarked;
