/** The service over gRPC. */
@NullMarked
package io.millrace.features.grpc;

import org.jspecify.annotations.NullMarked;
