package io.millrace.jobs;

import java.util.List;

/** Where jobs outlive the process. Thread-safe; a job is written by one thread at a time. Throws {@link java.io.UncheckedIOException} where the disk does not do its part. */
public interface JobStore {
    /** Every job that was saved and not deleted, in any order. */
    List<Job> all();

    /** Writes a job over its former self, atomically and on disk when this returns. */
    void save(Job job);

    void delete(String id);
}
