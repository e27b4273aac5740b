/** The use cases of inference-service and the ports that they own. */
@NullMarked
package io.millrace.inference.app;

import org.jspecify.annotations.NullMarked;
