/** Ensembles: reading them, holding them against the models that they run, and running them. */
@NullMarked
package io.millrace.inference.app.ensemble;

import org.jspecify.annotations.NullMarked;
