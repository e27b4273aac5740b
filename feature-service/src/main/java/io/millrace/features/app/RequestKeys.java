package io.millrace.features.app;

import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.JoinKey;
import io.millrace.features.kernel.ValueType;
import io.millrace.gate.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The entities of a request, in the types that its views declare. Views may declare one join key with different types; each column is made once for each, and so are the entities of views with the same join keys. */
final class RequestKeys {
    private final OnlineRequest request;
    private final int rows;
    private final Map<Typed, List<@Nullable FeatureValue>> made = new HashMap<>();
    private final Map<List<Typed>, List<@Nullable EntityKey>> entities = new HashMap<>();

    private record Typed(String name, ValueType type) {}

    /** @param rows how many all columns of the request have */
    RequestKeys(OnlineRequest request, int rows) {
        this.request = request;
        this.rows = rows;
    }

    int rows() {
        return rows;
    }

    /** @throws Refusal where a column that a plan needs is not there, or has a value that its view cannot have */
    void check(ReadPlan plan) {
        for (ReadPlan.Part part : plan.parts()) {
            for (JoinKey key : part.view().joinKeys()) {
                column(part.view(), key);
            }
        }
    }

    /** The columns that a plan uses, in the request's order; in the type of the first view that uses them. */
    Map<String, List<@Nullable FeatureValue>> columns(ReadPlan plan) {
        Map<String, List<@Nullable FeatureValue>> columns = new LinkedHashMap<>();
        for (String name : request.entities().keySet()) {
            for (ReadPlan.Part part : plan.parts()) {
                for (JoinKey key : part.view().joinKeys()) {
                    if (key.name().equals(name) && !columns.containsKey(name)) {
                        columns.put(name, column(part.view(), key));
                    }
                }
            }
        }
        return columns;
    }

    /** An entity of a view for each row; null where one of its keys is. The same list for views with the same join keys. */
    List<@Nullable EntityKey> entities(FeatureView view) {
        List<Typed> keys = view.joinKeys().stream()
                .map(key -> new Typed(key.name(), key.type()))
                .toList();
        List<@Nullable EntityKey> known = entities.get(keys);
        if (known == null) {
            known = made(view);
            entities.put(keys, known);
        }
        return known;
    }

    private List<@Nullable EntityKey> made(FeatureView view) {
        var columns =
                new ArrayList<List<@Nullable FeatureValue>>(view.joinKeys().size());
        view.joinKeys().forEach(key -> columns.add(column(view, key)));
        var keys = new ArrayList<@Nullable EntityKey>(rows);
        for (int row = 0; row < rows; row++) {
            keys.add(entity(columns, row));
        }
        return keys;
    }

    private static @Nullable EntityKey entity(List<List<@Nullable FeatureValue>> columns, int row) {
        if (columns.size() == 1) {
            FeatureValue value = columns.getFirst().get(row);
            return value == null ? null : new EntityKey(List.of(value));
        }
        var values = new ArrayList<FeatureValue>(columns.size());
        for (List<@Nullable FeatureValue> column : columns) {
            FeatureValue value = column.get(row);
            if (value == null) {
                return null;
            }
            values.add(value);
        }
        return new EntityKey(values);
    }

    private List<@Nullable FeatureValue> column(FeatureView view, JoinKey key) {
        var typed = new Typed(key.name(), key.type());
        List<@Nullable FeatureValue> known = made.get(typed);
        if (known == null) {
            known = coerced(view, key);
            made.put(typed, known);
        }
        return known;
    }

    private List<@Nullable FeatureValue> coerced(FeatureView view, JoinKey key) {
        List<@Nullable FeatureValue> column = request.entities().get(key.name());
        if (column == null) {
            throw new Refusal(
                    FeatureReason.COLUMN_MISSING,
                    "join key '" + key.name() + "' of feature view " + view.id() + " is not given");
        }
        var coerced = new ArrayList<@Nullable FeatureValue>(column.size());
        for (int row = 0; row < column.size(); row++) {
            FeatureValue value = column.get(row);
            coerced.add(value == null ? null : coerced(key, row, value));
        }
        return coerced;
    }

    private static FeatureValue coerced(JoinKey key, int row, FeatureValue value) {
        return Coercion.to(key.type(), value)
                .orElseThrow(() -> new Refusal(
                        FeatureReason.WRONG_VALUE_TYPE,
                        "join key '" + key.name() + "' must be "
                                + key.type().name().toLowerCase(Locale.ROOT) + "; row " + row
                                + " has another type"));
    }
}
