/** Rows that arrive as JSON or CSV. */
@NullMarked
package io.millrace.registry.app.data;

import org.jspecify.annotations.NullMarked;
