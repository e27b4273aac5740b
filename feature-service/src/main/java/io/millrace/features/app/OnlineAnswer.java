package io.millrace.features.app;

import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.table.FeatureTable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a read gave.
 *
 * @param rows number of rows
 * @param keys the join keys that were used, in the request's order, in the type that their view declares
 * @param views one per view of the plan, each with one row per row of the request, all of one state of the store
 * @param staleness one per view of the plan
 * @param computed one per computed feature of the plan, each of one column
 * @param complete whether everything that was in the source topics when the request arrived is in the answer; false where nobody asked
 */
public record OnlineAnswer(
        ReadPlan plan,
        int rows,
        Map<String, List<@Nullable FeatureValue>> keys,
        List<ViewRows> views,
        List<Staleness> staleness,
        List<FeatureTable> computed,
        boolean complete) {
    /** An answer in which nothing is computed. */
    public OnlineAnswer(
            ReadPlan plan,
            int rows,
            Map<String, List<@Nullable FeatureValue>> keys,
            List<ViewRows> views,
            List<Staleness> staleness,
            boolean complete) {
        this(plan, rows, keys, views, staleness, List.of(), complete);
    }

    /** What to do about rows that lie before what is kept online: one word for each view that has some. */
    public List<String> notes() {
        var notes = new ArrayList<String>();
        for (int i = 0; i < views.size(); i++) {
            OptionalLong earliest = views.get(i).table().earliestRetained();
            if (earliest.isPresent()) {
                FeatureView view = plan.parts().get(i).view();
                notes.add(view.id() + " is read online from "
                        + Instant.EPOCH.plus(earliest.getAsLong(), ChronoUnit.MICROS)
                        + " on, " + view.retention().toHours()
                        + " h before its newest event; what was true before that is in the offline"
                        + " store: make a training set (./millrace training-set, POST /v1/training-sets), or a version of"
                        + " the view with a longer retention");
            }
        }
        return notes;
    }

    /** The values of the view that a result comes from; its column is the output's. */
    public FeatureTable table(ReadPlan.Output output) {
        return output.view() < views.size()
                ? views.get(output.view()).table()
                : computed.get(output.view() - views.size());
    }

    /** A result's value in a row; null where it is null or there is none. */
    public @Nullable FeatureValue value(ReadPlan.Output output, int row) {
        return table(output).value(row, output.column());
    }

    /** What became of a result's row. */
    public FeatureTable.State state(ReadPlan.Output output, int row) {
        return table(output).state(row);
    }
}
