/** The one door of a service: who calls, whether it is allowed, and how a refusal looks outside. Transports live in {@code rest} and {@code grpc}. */
@NullMarked
package io.millrace.gate;

import org.jspecify.annotations.NullMarked;
