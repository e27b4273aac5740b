/** Reads feature views from definition files, every fault at once. */
@NullMarked
package io.millrace.features.kernel.definition;

import org.jspecify.annotations.NullMarked;
