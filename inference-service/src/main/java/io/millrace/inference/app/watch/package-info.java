/** What watches models while they serve: references, drift, where it comes from, and how unlike its reference a row is. */
@NullMarked
package io.millrace.inference.app.watch;

import org.jspecify.annotations.NullMarked;
