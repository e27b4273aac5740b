package io.millrace.inference.app.learn;

import io.millrace.inference.domain.learn.OnlineModel;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a learner had learned, on its way to being a version.
 *
 * @param version how many labelled predictions had been taken, whatever came of them: it rises although a learner goes back
 * @param golden rows with what the learner itself predicts for them, all finite
 * @param about what else is said of it: texts and numbers
 */
record Snapshot(
        OnlineModel model,
        long version,
        Cause cause,
        LearnedModel learned,
        List<GoldenRow> golden,
        Map<String, Object> about) {
    /** Why a version was made. */
    enum Cause {
        /** Enough was learned since the last. */
        LABELS,
        /** The learner's own error changed. */
        DRIFT,
        /** Somebody asked. */
        DEMAND,
        /** Learning froze: this is the last good state again. */
        FREEZE;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    record GoldenRow(Rows.Row row, double prediction) {}

    Snapshot {
        golden = List.copyOf(golden);
    }
}
