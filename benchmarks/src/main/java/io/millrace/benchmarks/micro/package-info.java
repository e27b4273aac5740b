/** JMH benchmarks of inner parts; run by {@code ./millrace bench jmh}. */
@NullMarked
package io.millrace.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
