/** Load on anything that can be called: closed and open loops, paired rounds of a subject and its floor, figures and their table. */
@NullMarked
package io.millrace.benchmarks.load;

import org.jspecify.annotations.NullMarked;
