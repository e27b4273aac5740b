/** Feast's gRPC interfaces. */
@NullMarked
package io.millrace.features.grpc.feast;

import org.jspecify.annotations.NullMarked;
