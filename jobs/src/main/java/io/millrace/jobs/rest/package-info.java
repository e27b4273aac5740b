/** Jobs over REST. */
@NullMarked
package io.millrace.jobs.rest;

import org.jspecify.annotations.NullMarked;
