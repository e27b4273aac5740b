/** The commands of {@code ./millrace}: reads what was asked, calls one room, says in one line what went wrong. */
@NullMarked
package io.millrace.local;

import org.jspecify.annotations.NullMarked;
