/** What planned definitions would have made of recorded events, before they are applied. */
@NullMarked
package io.millrace.inference.app.plan;

import org.jspecify.annotations.NullMarked;
