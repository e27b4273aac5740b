/** The registry over REST: decode, call one use case, encode. */
@NullMarked
package io.millrace.registry.rest;

import org.jspecify.annotations.NullMarked;
