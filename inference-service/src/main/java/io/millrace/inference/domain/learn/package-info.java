/** Models that learn on the stream: what is declared of them. */
@NullMarked
package io.millrace.inference.domain.learn;

import org.jspecify.annotations.NullMarked;
