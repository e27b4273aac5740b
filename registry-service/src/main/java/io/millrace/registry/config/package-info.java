/** The registry's configuration, typed and bounded, and its clock. */
@NullMarked
package io.millrace.registry.config;

import org.jspecify.annotations.NullMarked;
