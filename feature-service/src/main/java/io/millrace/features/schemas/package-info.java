/** Asks a schema registry over HTTP for the schemas that records name. */
@NullMarked
package io.millrace.features.schemas;

import org.jspecify.annotations.NullMarked;
