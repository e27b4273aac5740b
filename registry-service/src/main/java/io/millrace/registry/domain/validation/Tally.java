package io.millrace.registry.domain.validation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Counts the rows that fail one check, each row once, and keeps the first of them as a sample. Not thread-safe. */
final class Tally {
    private static final int SAMPLE = 10;

    private final Check check;
    private final String column;
    private final String message;
    private final List<String> sample = new ArrayList<>();
    private long failing;
    private long last = -1;

    Tally(Check check, String column, String message) {
        this.check = check;
        this.column = column;
        this.message = message;
    }

    void hit(RowCursor row) {
        hit(row, -1);
    }

    /**
     * @param sameAs the row that this one repeats, or -1
     */
    void hit(RowCursor row, long sameAs) {
        if (row.number() == last) {
            return;
        }
        last = row.number();
        failing++;
        if (sample.size() < SAMPLE) {
            sample.add(row.sample(sameAs));
        }
    }

    long failing() {
        return failing;
    }

    List<String> sample() {
        return List.copyOf(sample);
    }

    /** The issue where a row failed. */
    Optional<Issue> issue() {
        return failing == 0 ? Optional.empty() : Optional.of(issue(failing));
    }

    /** The issue with another count than that of the hits. */
    Issue issue(long failingRows) {
        return new Issue(check, column, message, failingRows, sample());
    }
}
