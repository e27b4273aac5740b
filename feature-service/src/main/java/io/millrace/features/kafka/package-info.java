/** Everything that this service keeps in Kafka or takes from it: definitions, events, pushes and dead letters. */
@NullMarked
package io.millrace.features.kafka;

import org.jspecify.annotations.NullMarked;
