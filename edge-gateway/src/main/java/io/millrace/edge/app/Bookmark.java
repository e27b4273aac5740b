package io.millrace.edge.app;

import java.io.IOException;

/** How far a reader of a spool has come, on disk. */
public interface Bookmark {
    /** 0 where nothing was kept. */
    long load() throws IOException;

    /** Returns once it is on disk. */
    void save(long position) throws IOException;
}
