/** Makes the jobs of a service of what it produces: {@link io.millrace.jobs.JobStore}, {@link io.millrace.jobs.JobLimits} and {@link io.millrace.jobs.JobReasons}. */
@NullMarked
package io.millrace.jobs.config;

import org.jspecify.annotations.NullMarked;
