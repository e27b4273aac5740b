/** The wire check: what a change of the contracts would break for clients and stored bytes that know the contracts as they were. */
@NullMarked
package io.millrace.proto.wire;

import org.jspecify.annotations.NullMarked;
