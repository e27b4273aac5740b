package io.millrace.jobs;

import java.util.List;
import java.util.Map;

/** Knows how to do one kind of job. A bean of this type is found by its kind. */
public interface JobHandler {
    /** Lower case with hyphens; the same across releases. */
    String kind();

    /** Whether {@link #run} can be called again after the service ended in the middle of it; it then finds its last checkpoint. */
    boolean resumes();

    /**
     * Does the work; returns when it is done.
     *
     * @throws JobCancelledException as {@link JobContext#checkCancelled} throws it
     * @throws JobFailedException with what whoever started the job is to read
     * @throws io.millrace.gate.Refusal likewise
     */
    void run(Map<String, String> parameters, JobContext context);

    /** Hears of a job of its kind: when it begins to wait, each change of its state, and, at the start of a process, as the one before left it. It must not wait. */
    default void hear(Job job) {}

    /**
     * Whether an ended job must be remembered however old it is, since later ones go by it.
     *
     * @param all every job of this kind, this one among them
     */
    default boolean isNeeded(Job ended, List<Job> all) {
        return false;
    }
}
