/** The REST door: decodes, calls one use case, encodes; CloudEvents modes are read here. */
@NullMarked
package io.millrace.edge.rest;

import org.jspecify.annotations.NullMarked;
