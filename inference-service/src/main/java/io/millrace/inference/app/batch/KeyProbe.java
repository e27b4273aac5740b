package io.millrace.inference.app.batch;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureLookup;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.batch.RowFiles.ColumnKind;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Asks feature-service which types of join keys it takes, by reading for an entity that nobody knows, and how far it is. */
final class KeyProbe {
    private final FeatureLookup lookup;
    private final Pipeline pipeline;
    private final long nowMicros;
    private final Duration complete;
    private final Duration deadline;

    /**
     * What was found.
     *
     * @param types empty where none of the types that the columns may have is taken
     */
    record Found(Map<String, FieldType> types, List<FeaturePosition> positions) {}

    /**
     * @param complete how long to wait until everything that is there now has been applied
     */
    KeyProbe(FeatureLookup lookup, Pipeline pipeline, long nowMicros, Duration complete, Duration deadline) {
        this.lookup = lookup;
        this.pipeline = pipeline;
        this.nowMicros = nowMicros;
        this.complete = complete;
        this.deadline = deadline;
    }

    /**
     * @param kinds what a field's column holds
     * @throws Refusal what {@link FeatureLookup#read} throws but WRONG_TYPE
     */
    Found find(Function<String, ColumnKind> kinds) {
        List<Map<String, FieldType>> combinations = List.of(Map.of());
        for (Map.Entry<String, String> key : pipeline.entity().entrySet()) {
            var longer = new ArrayList<Map<String, FieldType>>();
            for (Map<String, FieldType> combination : combinations) {
                for (FieldType type : candidates(kinds.apply(key.getValue()))) {
                    var next = new LinkedHashMap<>(combination);
                    next.put(key.getKey(), type);
                    longer.add(next);
                }
            }
            combinations = longer;
        }
        for (Map<String, FieldType> combination : combinations) {
            var entities = new LinkedHashMap<String, List<Object>>();
            combination.forEach((key, type) -> entities.put(key, List.of(sample(type))));
            try {
                FeatureLookup.Answer answer =
                        lookup.read(pipeline.features(), entities, new long[] {nowMicros}, complete, deadline);
                return new Found(combination, answer.positions());
            } catch (Refusal refusal) {
                if (refusal.reason() != InferenceReason.WRONG_TYPE) {
                    throw refusal;
                }
            }
        }
        return new Found(Map.of(), List.of());
    }

    private static List<FieldType> candidates(ColumnKind kind) {
        return switch (kind) {
            case TEXT -> List.of(FieldType.STRING, FieldType.INT64, FieldType.BOOL);
            case BOOL -> List.of(FieldType.BOOL);
            case WHOLE -> List.of(FieldType.INT64);
            case NUMBER -> List.of(FieldType.DOUBLE);
            case OTHER -> List.of(FieldType.STRING);
        };
    }

    private static Object sample(FieldType type) {
        return switch (type) {
            case BOOL -> false;
            case INT64 -> 0L;
            case DOUBLE -> 0.5;
            case STRING -> "AAAA";
        };
    }
}
