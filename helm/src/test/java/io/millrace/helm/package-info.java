/** The chart rendered, linted and read back as the Kubernetes API would read it. */
@NullMarked
package io.millrace.helm;

import org.jspecify.annotations.NullMarked;
