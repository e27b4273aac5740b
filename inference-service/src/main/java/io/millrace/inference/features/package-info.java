/** The way to feature-service: look-ups over gRPC. */
@NullMarked
package io.millrace.inference.features;

import org.jspecify.annotations.NullMarked;
