/** The backing services of the local platform and of the tests, each a real one: a Kafka broker and a Postgres server on loopback. */
@NullMarked
package io.millrace.backing;

import org.jspecify.annotations.NullMarked;
