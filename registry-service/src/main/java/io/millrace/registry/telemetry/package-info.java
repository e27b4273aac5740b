/** Metrics and readiness of the registry. */
@NullMarked
package io.millrace.registry.telemetry;

import org.jspecify.annotations.NullMarked;
