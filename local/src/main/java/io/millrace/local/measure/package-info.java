/** Numbers about a run: how good predictions were, how long things took, and the line that shows both while it goes on. */
@NullMarked
package io.millrace.local.measure;

import org.jspecify.annotations.NullMarked;
