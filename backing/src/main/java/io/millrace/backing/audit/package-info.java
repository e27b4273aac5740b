/** Judges a stream by its topics: whether each input has exactly one committed outcome, in order and as it should be. */
@NullMarked
package io.millrace.backing.audit;

import org.jspecify.annotations.NullMarked;
