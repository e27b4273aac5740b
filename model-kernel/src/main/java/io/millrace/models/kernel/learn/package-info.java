/** Learners that take one example after another: linear models, trees and forests, what guards them against bad labels, and their plain forms. */
@NullMarked
package io.millrace.models.kernel.learn;

import org.jspecify.annotations.NullMarked;
