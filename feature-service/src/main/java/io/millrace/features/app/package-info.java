/** The use cases of feature-service and the ports that they own. */
@NullMarked
package io.millrace.features.app;

import org.jspecify.annotations.NullMarked;
