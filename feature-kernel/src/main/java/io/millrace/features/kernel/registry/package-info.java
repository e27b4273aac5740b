/** Asks a schema registry over HTTP for the schemas that records name. */
@NullMarked
package io.millrace.features.kernel.registry;

import org.jspecify.annotations.NullMarked;
