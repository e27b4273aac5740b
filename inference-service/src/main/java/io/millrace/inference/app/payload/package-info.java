/** The payload log: a sample of calls with their answers, without what contracts classify. */
@NullMarked
package io.millrace.inference.app.payload;

import org.jspecify.annotations.NullMarked;
