package io.millrace.inference.app.watch;

import java.util.List;

/** What the other services say of where features come from, at this moment. Thread-safe; may block for seconds and never throws. */
public interface UpstreamStates {
    /** Says nothing. */
    UpstreamStates NONE = new UpstreamStates() {
        @Override
        public List<String> of(String view, List<String> features) {
            return List.of();
        }

        @Override
        public List<String> ofInput(String pipeline) {
            return List.of();
        }
    };

    /**
     * What is worth knowing of a view: that it does not go on, lags, loses records, or that online and historical values differ.
     *
     * @param view its name, without a version
     * @param features of it that moved
     */
    List<String> of(String view, List<String> features);

    /** What is worth knowing of the pipeline's own events: that some broke their contract, or could not be scored. Nothing where all is well. */
    List<String> ofInput(String pipeline);
}
