package io.millrace.features.kernel;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What stands before the colon of {@code view:feature}: features that are kept, or such that are computed when they are read. */
public sealed interface NamedView permits FeatureView, OnDemandView {
    ViewId id();

    String description();

    String owner();

    Map<String, String> tags();

    /** The definition as its author wrote it. */
    String yaml();

    /** The features' names in the order of the definition. */
    default List<String> featureNames() {
        return switch (this) {
            case FeatureView view ->
                view.features().stream().map(FeatureView.Feature::name).toList();
            case OnDemandView view ->
                view.features().stream().map(OnDemandView.Computed::name).toList();
        };
    }

    /** The type of a feature; empty where there is none of this name. */
    default Optional<ValueType> typeOf(String feature) {
        return switch (this) {
            case FeatureView view ->
                view.features().stream()
                        .filter(of -> of.name().equals(feature))
                        .map(FeatureView.Feature::type)
                        .findFirst();
            case OnDemandView view ->
                view.features().stream()
                        .filter(of -> of.name().equals(feature))
                        .map(OnDemandView.Computed::type)
                        .findFirst();
        };
    }
}
