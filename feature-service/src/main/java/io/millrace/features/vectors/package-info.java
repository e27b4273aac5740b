/** Indexes of vector features: the only room that sees Lucene. */
@NullMarked
package io.millrace.features.vectors;

import org.jspecify.annotations.NullMarked;
