/** The model repository on disk. */
@NullMarked
package io.millrace.inference.store;

import org.jspecify.annotations.NullMarked;
