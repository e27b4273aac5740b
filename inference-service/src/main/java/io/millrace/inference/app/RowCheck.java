package io.millrace.inference.app;

import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.RowScore.Invalid;
import io.millrace.inference.domain.ScoreRow;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether rows have what their pipeline asks for: every join key, and every request field in its type. */
final class RowCheck {
    private final List<Map.Entry<String, String>> keys;
    private final List<Map.Entry<String, FieldType>> fields;

    RowCheck(Pipeline pipeline) {
        this.keys = List.copyOf(pipeline.entity().entrySet());
        this.fields = List.copyOf(pipeline.request().entrySet());
    }

    /** The first thing that is wrong with the row, or null. */
    @Nullable
    Invalid check(ScoreRow row) {
        for (int i = 0; i < keys.size(); i++) {
            Map.Entry<String, String> key = keys.get(i);
            Object value = row.fields().get(key.getValue());
            if (value == null) {
                return invalid(
                        InferenceReason.MISSING_FIELD,
                        "field '" + key.getValue() + "' is missing: it holds join key '" + key.getKey() + "'");
            }
            if (value instanceof Double number && !Double.isFinite(number)) {
                return invalid(InferenceReason.NOT_FINITE, "field '" + key.getValue() + "' is " + number);
            }
        }
        for (int i = 0; i < fields.size(); i++) {
            Map.Entry<String, FieldType> field = fields.get(i);
            Invalid invalid =
                    check(field.getKey(), field.getValue(), row.fields().get(field.getKey()));
            if (invalid != null) {
                return invalid;
            }
        }
        return null;
    }

    private static @Nullable Invalid check(String field, FieldType type, @Nullable Object value) {
        if (value == null) {
            return invalid(InferenceReason.MISSING_FIELD, "request field '" + field + "' is missing");
        }
        boolean fits =
                switch (type) {
                    case BOOL -> value instanceof Boolean;
                    case INT64 -> value instanceof Long;
                    case DOUBLE -> value instanceof Double || value instanceof Long;
                    case STRING -> value instanceof String;
                };
        if (!fits) {
            return invalid(
                    InferenceReason.WRONG_TYPE,
                    "request field '" + field + "' must be a " + type + ", was a "
                            + value.getClass().getSimpleName());
        }
        if (value instanceof Double number && !Double.isFinite(number)) {
            return invalid(InferenceReason.NOT_FINITE, "request field '" + field + "' is " + number);
        }
        return null;
    }

    static Invalid invalid(InferenceReason reason, String detail) {
        return new Invalid(reason.name(), detail);
    }
}
