/** The settings of edge-gateway, {@code millrace.edge.*}. */
@NullMarked
package io.millrace.edge.config;

import org.jspecify.annotations.NullMarked;
