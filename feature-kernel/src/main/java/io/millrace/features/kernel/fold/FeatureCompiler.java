package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Computation;
import io.millrace.features.kernel.FeatureView.Feature;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.condition.Compilation;
import io.millrace.features.kernel.condition.Condition;
import io.millrace.features.kernel.condition.ConditionLanguage;
import io.millrace.features.kernel.state.Fold;
import io.millrace.features.kernel.window.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Compiles a view's features one by one; folds, windows and conditions that they have in common are kept once, also folds that differ only in how many values or
 * categories they keep. Not thread-safe.
 */
final class FeatureCompiler {
    private final FeatureView view;
    private final List<String> conditions = new ArrayList<>();
    private final List<Fold> folds = new ArrayList<>();
    private final List<Window> windows = new ArrayList<>();
    private final Set<Integer> widened = new TreeSet<>();

    FeatureCompiler(FeatureView view) {
        this.view = view;
    }

    FeaturePlan compile(Feature feature, List<String> fieldNames) {
        return switch (feature.computation()) {
            case Computation.Latest(String field) -> new FeaturePlan.Newest(place(field, fieldNames));
            case Computation.Aggregated aggregated -> {
                OptionalInt field = aggregated.field().isPresent()
                        ? OptionalInt.of(place(aggregated.field().get(), fieldNames))
                        : OptionalInt.empty();
                var fold = new Fold(kind(aggregated, field), field, condition(aggregated.where()), limit(aggregated));
                Window window =
                        aggregated.isUnbounded() ? Window.UNBOUNDED : Window.of(aggregated.window(), aggregated.hop());
                yield new FeaturePlan.Windowed(
                        once(windows, window),
                        shared(fold),
                        aggregated.aggregate(),
                        feature.type(),
                        aggregated.parameters());
            }
        };
    }

    List<Condition> conditions() {
        if (conditions.isEmpty()) {
            return List.of();
        }
        ConditionLanguage language = ConditionLanguage.over(view.fields());
        return conditions.stream().map(where -> compiled(language, where)).toList();
    }

    List<Fold> folds() {
        return List.copyOf(folds);
    }

    /** Which folds keep more than one of their features asks for, because another one does, and how much: equal for equal states of tiles; empty where none does. */
    String widened() {
        return widened.isEmpty()
                ? ""
                : widened.stream()
                        .map(place -> place + ":" + folds.get(place).limit())
                        .collect(Collectors.joining(",", "shared ", ""));
    }

    List<Window> windows() {
        return List.copyOf(windows);
    }

    /** Of folds that differ only in how much they keep the one that keeps most answers for all. */
    private int shared(Fold fold) {
        for (int place = 0; place < folds.size(); place++) {
            Fold known = folds.get(place);
            if (known.withLimit(fold.limit()).equals(fold)) {
                if (known.limit() != fold.limit()) {
                    folds.set(place, fold.withLimit(Math.max(known.limit(), fold.limit())));
                    widened.add(place);
                }
                return place;
            }
        }
        folds.add(fold);
        return folds.size() - 1;
    }

    private Fold.Kind kind(Computation.Aggregated aggregated, OptionalInt field) {
        return switch (aggregated.aggregate()) {
            case COUNT -> Fold.Kind.COUNT;
            case RATE -> Fold.Kind.RATE;
            case MIN -> Fold.Kind.MIN;
            case MAX -> Fold.Kind.MAX;
            case FIRST -> Fold.Kind.FIRST;
            case LAST -> Fold.Kind.LAST;
            case FIRST_K -> Fold.Kind.FIRST_K;
            case LAST_K -> Fold.Kind.LAST_K;
            case VARIANCE, STDDEV -> Fold.Kind.MOMENTS;
            case DISTINCT_COUNT -> Fold.Kind.DISTINCT;
            case QUANTILE -> Fold.Kind.QUANTILES;
            case TOP_K, HISTOGRAM -> Fold.Kind.CATEGORIES;
            case SUM, MEAN -> {
                ValueType type = view.fields().get(field.orElseThrow()).type();
                yield type == ValueType.INT64 ? Fold.Kind.INT_SUM : Fold.Kind.REAL_SUM;
            }
        };
    }

    private static int limit(Computation.Aggregated aggregated) {
        return switch (aggregated.aggregate()) {
            case FIRST_K, LAST_K -> aggregated.parameters().k();
            case TOP_K, HISTOGRAM -> aggregated.parameters().categories();
            case COUNT, SUM, MEAN, MIN, MAX, VARIANCE, STDDEV, RATE, FIRST, LAST, DISTINCT_COUNT, QUANTILE -> 0;
        };
    }

    private OptionalInt condition(Optional<String> where) {
        return where.isPresent() ? OptionalInt.of(once(conditions, where.get())) : OptionalInt.empty();
    }

    private Condition compiled(ConditionLanguage language, String where) {
        return switch (language.compile(where)) {
            case Compilation.Compiled(Condition condition) -> condition;
            case Compilation.Faulty(int column, String message) ->
                throw new IllegalArgumentException(
                        "view " + view.id() + ": '" + where + "' at column " + column + ": " + message);
        };
    }

    private int place(String field, List<String> fieldNames) {
        int place = fieldNames.indexOf(field);
        if (place < 0) {
            throw new IllegalArgumentException("view " + view.id() + " has no event field '" + field + "'");
        }
        return place;
    }

    private static <T> int once(List<T> all, T one) {
        int place = all.indexOf(one);
        if (place >= 0) {
            return place;
        }
        all.add(one);
        return all.size() - 1;
    }
}
