/** The names of edge-gateway's metrics. */
@NullMarked
package io.millrace.edge.telemetry;

import org.jspecify.annotations.NullMarked;
