/** The one fold of feature views: plans compiled from definitions, tiles, what a read must look at, and the features that come of it. */
@NullMarked
package io.millrace.features.kernel.fold;

import org.jspecify.annotations.NullMarked;
