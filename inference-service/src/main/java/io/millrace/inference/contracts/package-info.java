/** The contracts of input topics, asked of registry-service over gRPC. */
@NullMarked
package io.millrace.inference.contracts;

import org.jspecify.annotations.NullMarked;
