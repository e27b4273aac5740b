/** Training sets: what was asked for, and what makes them. */
@NullMarked
package io.millrace.features.app.training;

import org.jspecify.annotations.NullMarked;
