package io.millrace.jobs;

import java.util.Map;

/** What a running job tells and asks. Every method may be called as often as the work likes; those that reach the disk do so at most every second or two. */
public interface JobContext {
    /** The job's id, the same after it was taken up again. */
    String id();

    /** Begins a phase: what is done now, in a few words. Counts begin again at 0. */
    default void phase(String name) {
        phase(name, 0);
    }

    /**
     * Begins a phase of which an earlier run has done a part.
     *
     * @param done rows that are done already; the rate does not count them
     */
    void phase(String name, long done);

    /**
     * Says how far the phase is.
     *
     * @param expected {@link Job#UNKNOWN} where nobody knows
     */
    void progress(long done, long expected);

    /**
     * Ends the work where that was asked for.
     *
     * @throws JobCancelledException which the handler lets pass, tidying up on its way
     */
    void checkCancelled();

    /** Calls this, once and from another thread, when the job is to end: for work that cannot look by itself. */
    void onCancel(Runnable stop);

    /** Where the work was when {@link #checkpoint(Map)} was last called, in this run or an earlier one; empty at first. */
    Map<String, String> checkpoint();

    /** Remembers how far the work is; on disk when this returns. */
    void checkpoint(Map<String, String> state);

    /** Adds to what came of the job. */
    void result(String name, String value);
}
