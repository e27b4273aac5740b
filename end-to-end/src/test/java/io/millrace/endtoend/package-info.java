/** The packaged services as a user runs them: processes, real Kafka, real Postgres. */
@NullMarked
package io.millrace.endtoend;

import org.jspecify.annotations.NullMarked;
