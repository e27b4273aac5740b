/** Jobs in files. */
@NullMarked
package io.millrace.jobs.store;

import org.jspecify.annotations.NullMarked;
