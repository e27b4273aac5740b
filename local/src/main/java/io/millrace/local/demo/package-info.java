/** A demo from nothing to a summary: platform, history, training, live replay, and the checks that all of it went as promised. */
@NullMarked
package io.millrace.local.demo;

import org.jspecify.annotations.NullMarked;
