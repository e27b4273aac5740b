package io.millrace.inference.app.label;

import io.millrace.inference.app.Stoppable;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.label.LabelStream;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs label streams. */
public interface LabelStreams {
    /**
     * Starts a stream and returns at once.
     *
     * @param pipeline whose predictions are labelled
     * @param folds as {@link FoldFeed} wants them
     * @param predecessor is waited for, so that a changed stream goes on where it was
     */
    Running start(
            LabelStream labels, Pipeline pipeline, Supplier<List<OutcomeFold>> folds, @Nullable Running predecessor);

    /** A stream on this replica; only one replica owns it at a time. Thread-safe. */
    interface Running extends Stoppable {
        Status status();

        /** The folds that are fed here now, by name; none where another replica owns the stream. */
        Map<String, OutcomeFold> folds();

        /** The definitions have changed: there may be other folds. */
        void changed();
    }

    /**
     * How a stream fares.
     *
     * @param owned whether this replica joins the labels and feeds the folds
     * @param reason why it does not go on; empty where it does
     * @param lag outcomes that no fold has taken yet; −1 where that is not known
     */
    record Status(boolean owned, String reason, long lag) {}
}
