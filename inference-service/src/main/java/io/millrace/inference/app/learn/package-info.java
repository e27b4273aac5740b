/** Models that learn from the outcomes of a label stream: what they are, how they learn, how they become model versions. */
@NullMarked
package io.millrace.inference.app.learn;

import org.jspecify.annotations.NullMarked;
