package io.millrace.benchmarks.learners;

import java.io.DataOutputStream;
import java.io.OutputStream;

/** Counts what is written, and keeps nothing. */
final class BytesCounted {
    private final DataOutputStream out = new DataOutputStream(OutputStream.nullOutputStream());

    DataOutputStream out() {
        return out;
    }

    /** Up to 2 GiB. */
    int bytes() {
        return out.size();
    }
}
