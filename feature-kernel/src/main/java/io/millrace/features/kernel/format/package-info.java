/** Reads records in Avro and Protobuf into values by field; nothing of those libraries is seen outside. */
@NullMarked
package io.millrace.features.kernel.format;

import org.jspecify.annotations.NullMarked;
