/** The gRPC side of the gate: an interceptor before every call, and refusals as statuses with ErrorInfo. */
@NullMarked
package io.millrace.gate.grpc;

import org.jspecify.annotations.NullMarked;
