/** The gRPC door: decodes, calls one use case, encodes. */
@NullMarked
package io.millrace.edge.grpc;

import org.jspecify.annotations.NullMarked;
