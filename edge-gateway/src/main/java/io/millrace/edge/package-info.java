/** Puts edge-gateway together: the only room that sees all others. */
@NullMarked
package io.millrace.edge;

import org.jspecify.annotations.NullMarked;
