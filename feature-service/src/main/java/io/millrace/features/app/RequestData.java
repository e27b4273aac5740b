package io.millrace.features.app;

import io.millrace.features.app.OnlineRequest.UnknownColumns;
import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.gate.Refusal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a request brings along for on-demand features. */
final class RequestData {
    private RequestData() {}

    /**
     * Checks that what is needed is there and has the declared types, and, where unknown columns are refused, that nothing else is there.
     *
     * @throws Refusal naming the column
     */
    static void check(OnlineRequest request, ReadPlan plan) {
        var needed = new LinkedHashSet<String>();
        for (EventField field : plan.onDemand().request()) {
            needed.add(field.name());
            column(request, field);
        }
        if (request.unknownColumns() == UnknownColumns.DROP) {
            return;
        }
        var known = new HashSet<>(plan.joinKeys());
        known.addAll(needed);
        for (String column : request.entities().keySet()) {
            if (!known.contains(column)) {
                throw new Refusal(
                        FeatureReason.UNKNOWN_COLUMN,
                        "'" + column + "' is no join key of the views that are read; their join keys are "
                                + plan.joinKeys().stream().sorted().toList()
                                + (needed.isEmpty() ? "" : ", the request data is " + needed));
            }
        }
        for (String column : request.requestData().keySet()) {
            if (!needed.contains(column)) {
                throw new Refusal(
                        FeatureReason.UNKNOWN_COLUMN,
                        "'" + column + "' is no request data of the features that are read; they need " + needed);
            }
        }
    }

    /**
     * A column in the type that is declared.
     *
     * @throws Refusal where it is not there, or a value has another type
     */
    static List<@Nullable FeatureValue> column(OnlineRequest request, EventField field) {
        List<@Nullable FeatureValue> column = request.requestColumn(field.name());
        if (column == null) {
            throw new Refusal(
                    FeatureReason.REQUEST_DATA_MISSING,
                    "the request data '" + field.name() + "' (" + field.type().word()
                            + ") is not given; an on-demand feature is computed of it");
        }
        var coerced = new ArrayList<@Nullable FeatureValue>(column.size());
        for (int row = 0; row < column.size(); row++) {
            FeatureValue value = column.get(row);
            int at = row;
            coerced.add(
                    value == null
                            ? null
                            : Coercion.to(field.type(), value)
                                    .orElseThrow(() -> new Refusal(
                                            FeatureReason.WRONG_VALUE_TYPE,
                                            "the request data '" + field.name() + "' must be "
                                                    + field.type().word() + "; row " + at + " has another type")));
        }
        return coerced;
    }
}
