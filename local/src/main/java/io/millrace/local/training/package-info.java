/** From served features to a model version: reads the training rows as a pipeline would, fits a model, checks it and publishes it. */
@NullMarked
package io.millrace.local.training;

import org.jspecify.annotations.NullMarked;
