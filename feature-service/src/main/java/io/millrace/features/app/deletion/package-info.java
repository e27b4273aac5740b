/** Deleting an entity everywhere, so that no replay and no rebuild brings it back. */
@NullMarked
package io.millrace.features.app.deletion;

import org.jspecify.annotations.NullMarked;
