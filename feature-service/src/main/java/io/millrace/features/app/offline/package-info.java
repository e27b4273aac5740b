/** Everything that came in, kept for training: what the offline store promises, and what happens with it. */
@NullMarked
package io.millrace.features.app.offline;

import org.jspecify.annotations.NullMarked;
