/** Sends a scenario's events to Kafka in the order of their times, and keeps the books: what was asked, predicted, and came true. */
@NullMarked
package io.millrace.local.replay;

import org.jspecify.annotations.NullMarked;
