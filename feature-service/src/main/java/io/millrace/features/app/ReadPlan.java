package io.millrace.features.app;

import io.millrace.definitions.NearestName;
import io.millrace.features.domain.FeatureReference;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.gate.Refusal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Which views a request reads and where each of its results comes from. Made once for all requests that ask for the same.
 *
 * @param parts each view once, with the features that are asked for
 * @param outputs one per requested feature, in the request's order
 */
public record ReadPlan(List<Part> parts, List<Output> outputs, Set<String> joinKeys) {
    /** The most features of one request. */
    public static final int MAX_FEATURES = 1_000;

    /**
     * One result.
     *
     * @param view index into {@link #parts}
     * @param column index into the part's features
     */
    public record Output(String name, int view, int column) {}

    /**
     * What is read of one view.
     *
     * @param features places of features in the view, each once
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared: plans are found by what was asked for
    public record Part(FeatureView view, int[] features) {}

    /** Collects the features of a view. */
    private static final class Collected {
        final int index;
        final FeatureView view;
        final Map<Integer, Integer> columns = new LinkedHashMap<>();

        Collected(int index, FeatureView view) {
            this.index = index;
            this.view = view;
        }

        int column(int feature) {
            return columns.computeIfAbsent(feature, _ -> columns.size());
        }

        Part part() {
            return new Part(
                    view, columns.keySet().stream().mapToInt(Integer::intValue).toArray());
        }
    }

    /** The views, in the order in which they were first named. */
    public List<FeatureView> views() {
        return parts.stream().map(Part::view).toList();
    }

    public ReadPlan {
        parts = List.copyOf(parts);
        outputs = List.copyOf(outputs);
        joinKeys = Set.copyOf(joinKeys);
    }

    /**
     * The plan of some features.
     *
     * @param resolve the view version that a name means
     * @throws Refusal where one is unknown or two would have the same name
     */
    public static ReadPlan of(
            List<String> features, boolean fullNames, Function<String, Optional<FeatureView>> resolve) {
        if (features.isEmpty()) {
            throw new Refusal(FeatureReason.EMPTY_REQUEST, "no features are asked for");
        }
        if (features.size() > MAX_FEATURES) {
            throw new Refusal(
                    FeatureReason.TOO_MANY_FEATURES,
                    features.size() + " features are asked for, at most " + MAX_FEATURES + " are read in one request");
        }
        Map<ViewId, Collected> views = new LinkedHashMap<>();
        Set<String> names = new HashSet<>();
        Set<String> joinKeys = new HashSet<>();
        var outputs = new ArrayList<Output>(features.size());
        for (String text : features) {
            FeatureReference reference = FeatureReference.parse(text)
                    .orElseThrow(() -> new Refusal(
                            FeatureReason.MALFORMED_FEATURE_REFERENCE,
                            "'" + text + "' is not of the form view:feature or view@version:feature"));
            FeatureView view = resolve.apply(reference.view()).orElseThrow(() -> unknownView(reference.view()));
            String name = fullNames ? reference.fullName() : reference.feature();
            if (!names.add(name)) {
                throw new Refusal(
                        FeatureReason.NAME_CLASH,
                        "two results would be named '" + name + "'"
                                + (fullNames
                                        ? ""
                                        : "; ask for full_feature_names to tell features of several views apart"));
            }
            Collected of = views.computeIfAbsent(view.id(), _ -> new Collected(views.size(), view));
            outputs.add(new Output(name, of.index, of.column(featureIndex(view, reference.feature()))));
            view.joinKeys().forEach(key -> joinKeys.add(key.name()));
        }
        return new ReadPlan(views.values().stream().map(Collected::part).toList(), outputs, joinKeys);
    }

    static Refusal unknownView(String name) {
        return new Refusal(FeatureReason.VIEW_NOT_FOUND, "Feature view " + name + " does not exist");
    }

    private static int featureIndex(FeatureView view, String feature) {
        for (int i = 0; i < view.features().size(); i++) {
            if (view.features().get(i).name().equals(feature)) {
                return i;
            }
        }
        List<String> names =
                view.features().stream().map(FeatureView.Feature::name).toList();
        throw new Refusal(
                FeatureReason.FEATURE_NOT_FOUND,
                "feature view " + view.id() + " has no feature '" + feature + "'" + NearestName.hint(feature, names));
    }
}
