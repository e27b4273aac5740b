/** Definitions of all kinds: read together, held against each other, applied all or none, kept in one log. */
@NullMarked
package io.millrace.inference.app.definition;

import org.jspecify.annotations.NullMarked;
