/** Ensembles: models and expressions that are called as one model. */
@NullMarked
package io.millrace.inference.domain.ensemble;

import org.jspecify.annotations.NullMarked;
