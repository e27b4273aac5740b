/** The Open Inference Protocol v2 over gRPC, as Triton's and KServe's clients speak it. */
@NullMarked
package io.millrace.inference.grpc.oip;

import org.jspecify.annotations.NullMarked;
