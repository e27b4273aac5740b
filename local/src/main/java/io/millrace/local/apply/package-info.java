/** A folder of definitions, and how each of them reaches the service that owns it. */
@NullMarked
package io.millrace.local.apply;

import org.jspecify.annotations.NullMarked;
