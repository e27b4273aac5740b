/** Making predictions again from what they were made of, and explaining what differs. */
@NullMarked
package io.millrace.inference.app.replay;

import org.jspecify.annotations.NullMarked;
