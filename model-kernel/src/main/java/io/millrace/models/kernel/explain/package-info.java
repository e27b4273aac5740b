/** Why a model gave a score: what each feature contributed, exactly where the model allows it, with an error where it was sampled. */
@NullMarked
package io.millrace.models.kernel.explain;

import org.jspecify.annotations.NullMarked;
