/** The use cases of edge-gateway and the ports that they own. */
@NullMarked
package io.millrace.edge.app;

import org.jspecify.annotations.NullMarked;
