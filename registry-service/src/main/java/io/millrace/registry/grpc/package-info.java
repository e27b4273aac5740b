/** The registry over gRPC: decode, call one use case, encode. */
@NullMarked
package io.millrace.registry.grpc;

import org.jspecify.annotations.NullMarked;
