/** The gRPC door: decodes a call, calls one use case, encodes the answer. */
@NullMarked
package io.millrace.inference.grpc;

import org.jspecify.annotations.NullMarked;
