/** Readiness, and why it is down. */
@NullMarked
package io.millrace.edge.health;

import org.jspecify.annotations.NullMarked;
