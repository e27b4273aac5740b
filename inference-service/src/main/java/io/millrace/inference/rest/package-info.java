/** The REST door: decodes a request, calls one use case, encodes the answer. */
@NullMarked
package io.millrace.inference.rest;

import org.jspecify.annotations.NullMarked;
