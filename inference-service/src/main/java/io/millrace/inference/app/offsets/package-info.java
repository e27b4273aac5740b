/** Where pipelines stand in their input topics, and moving them to another place. */
@NullMarked
package io.millrace.inference.app.offsets;

import org.jspecify.annotations.NullMarked;
