package io.millrace.jobs;

/** The job is to end. */
public class JobCancelledException extends RuntimeException {
    public JobCancelledException() {
        super("the job is to end", null, false, false);
    }
}
