package io.millrace.features.app;

import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.ondemand.OnDemandPlan;
import io.millrace.features.kernel.table.FeatureTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The computed part of a read.
 *
 * @param plan what is computed, of what
 * @param cells where in what is read the kept features of {@link OnDemandPlan#kept} are
 */
public record OnDemandReads(OnDemandPlan plan, List<Cell> cells) {
    /** Nothing is computed. */
    public static final OnDemandReads NONE =
            new OnDemandReads(new OnDemandPlan(List.of(), List.of(), List.of(), List.of()), List.of());

    /**
     * A column of what is read.
     *
     * @param view index into the parts of the read's plan
     * @param column index into the part's features
     */
    public record Cell(int view, int column) {}

    public OnDemandReads {
        cells = List.copyOf(cells);
    }

    /** What the caller has to bring, by name and type. */
    public List<EventField> request() {
        return plan.request();
    }

    /**
     * Computes all rows: a table of one column per computed feature, in the plan's order. A row of it is before retention where something that it depends
     * on is; a null is missing where something that it depends on is missing, and any value is expired where something is. Its event time is the newest
     * that it depends on.
     *
     * @param read one per part of the read's plan; only the columns of {@link #cells} are looked at
     * @param columns the request data in the type that is declared
     */
    public List<FeatureTable> compute(
            List<ViewRows> read, Function<EventField, List<@Nullable FeatureValue>> columns, int rows) {
        var tables = new ArrayList<FeatureTable>();
        plan.outputs().forEach(_ -> tables.add(new FeatureTable(rows, 1)));
        List<List<@Nullable FeatureValue>> data =
                request().stream().map(columns).toList();
        for (int row = 0; row < rows; row++) {
            var given = new ArrayList<@Nullable FeatureValue>(cells.size() + data.size());
            for (Cell cell : cells) {
                given.add(read.get(cell.view()).table().value(row, cell.column()));
            }
            for (List<@Nullable FeatureValue> column : data) {
                given.add(column.get(row));
            }
            List<@Nullable FeatureValue> computed = plan.compute(given);
            for (int i = 0; i < tables.size(); i++) {
                set(tables.get(i), row, computed.get(i), plan.outputs().get(i).kept(), read);
            }
        }
        return tables;
    }

    private void set(
            FeatureTable table, int row, @Nullable FeatureValue value, List<Integer> kept, List<ViewRows> read) {
        boolean missing = false;
        boolean expired = false;
        long newest = 0;
        for (int input : kept) {
            FeatureTable of = read.get(cells.get(input).view()).table();
            switch (of.state(row)) {
                case BEFORE_RETENTION -> {
                    table.beforeRetention(row, of.eventTimeMicros(row));
                    return;
                }
                case MISSING -> missing = true;
                case EXPIRED -> expired = true;
                case FRESH -> {}
            }
            newest = Math.max(newest, of.eventTimeMicros(row));
        }
        if (value == null && missing) {
            return;
        }
        table.found(row, newest, expired);
        table.set(row, 0, value);
    }
}
