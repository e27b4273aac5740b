package io.millrace.edge.app;

import java.util.Optional;

/** How it goes with what takes entries out of a spool. */
public interface DrainStatus {
    /** Why it does not go on at the moment. */
    Optional<String> failure();

    /** The first number that is not yet delivered. */
    long position();
}
