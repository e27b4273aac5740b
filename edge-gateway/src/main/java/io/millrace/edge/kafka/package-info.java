/** Drains the spool into Kafka, each entry once. */
@NullMarked
package io.millrace.edge.kafka;

import org.jspecify.annotations.NullMarked;
