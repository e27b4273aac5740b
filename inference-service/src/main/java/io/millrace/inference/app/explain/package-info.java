/** Explains models and predictions: contributions of features, importance, partial dependence. */
@NullMarked
package io.millrace.inference.app.explain;

import org.jspecify.annotations.NullMarked;
