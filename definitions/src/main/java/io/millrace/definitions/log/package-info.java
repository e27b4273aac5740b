/** Applied definitions, kept in a compacted Kafka topic that every replica follows. */
@NullMarked
package io.millrace.definitions.log;

import org.jspecify.annotations.NullMarked;
