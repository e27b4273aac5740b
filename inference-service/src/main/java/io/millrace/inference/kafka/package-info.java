/** Pipelines as streams over Kafka: one loop per pipeline that reads, scores and writes exactly once. */
@NullMarked
package io.millrace.inference.kafka;

import org.jspecify.annotations.NullMarked;
