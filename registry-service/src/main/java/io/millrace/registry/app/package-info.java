/** Use cases of the registry: register, read, search, validate; and the ports they own. */
@NullMarked
package io.millrace.registry.app;

import org.jspecify.annotations.NullMarked;
