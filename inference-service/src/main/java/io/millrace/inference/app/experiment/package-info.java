/** Experiments and bandits of deployments: what outcomes say of their arms, what follows from it, and where it is kept. */
@NullMarked
package io.millrace.inference.app.experiment;

import org.jspecify.annotations.NullMarked;
