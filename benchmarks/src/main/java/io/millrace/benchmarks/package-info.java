/** The command that runs benchmarks by name. */
@NullMarked
package io.millrace.benchmarks;

import org.jspecify.annotations.NullMarked;
