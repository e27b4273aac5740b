/** Windows, their hops and the levels of tiles that cover them. All arithmetic is in whole microseconds. */
@NullMarked
package io.millrace.features.kernel.window;

import org.jspecify.annotations.NullMarked;
