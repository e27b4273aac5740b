/** Long work that goes on after its request: what a job is, how it is started, watched, cancelled, and taken up again after a crash. */
@NullMarked
package io.millrace.jobs;

import org.jspecify.annotations.NullMarked;
