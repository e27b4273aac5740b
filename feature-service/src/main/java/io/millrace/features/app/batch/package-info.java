/** Materialisation: rows of files and tables brought into the service's own log of rows. */
@NullMarked
package io.millrace.features.app.batch;

import org.jspecify.annotations.NullMarked;
