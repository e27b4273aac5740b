/** Connects the kernel's client of a schema registry to the settings. */
@NullMarked
package io.millrace.features.schemas;

import org.jspecify.annotations.NullMarked;
