/** The settings of inference-service, typed and with defaults. */
@NullMarked
package io.millrace.inference.config;

import org.jspecify.annotations.NullMarked;
