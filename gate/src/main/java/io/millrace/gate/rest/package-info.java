/** The REST side of the gate: a filter before every resource method, and refusals as RFC 9457 problems. */
@NullMarked
package io.millrace.gate.rest;

import org.jspecify.annotations.NullMarked;
