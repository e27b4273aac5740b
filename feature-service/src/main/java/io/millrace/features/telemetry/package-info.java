/** Metrics and health. */
@NullMarked
package io.millrace.features.telemetry;

import org.jspecify.annotations.NullMarked;
