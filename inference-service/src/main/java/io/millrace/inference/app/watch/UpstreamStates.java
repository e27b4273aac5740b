package io.millrace.inference.app.watch;

import java.util.List;

/** What the other services say of where features come from, at this moment. Thread-safe; may block for seconds and never throws. */
@FunctionalInterface
public interface UpstreamStates {
    /** Says nothing. */
    UpstreamStates NONE = (_, _) -> List.of();

    /**
     * What is worth knowing of a view: that it does not go on, lags, loses records, or that online and historical values differ.
     *
     * @param view its name, without a version
     * @param features of it that moved
     */
    List<String> of(String view, List<String> features);
}
