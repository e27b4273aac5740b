/** Jobs over gRPC. */
@NullMarked
package io.millrace.jobs.grpc;

import org.jspecify.annotations.NullMarked;
