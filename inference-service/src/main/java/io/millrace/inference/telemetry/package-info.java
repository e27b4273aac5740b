/** The names of everything that inference-service measures. */
@NullMarked
package io.millrace.inference.telemetry;

import org.jspecify.annotations.NullMarked;
