package io.millrace.inference.domain;

import java.util.List;

/**
 * What a feature service stands for at a moment.
 *
 * @param service {@code name@version}, or the name alone where it has no version
 * @param isDefault whether the name without a version means this one
 * @param features in the service's order
 * @param joinKeys what a look-up of them takes
 * @param requestData what on-demand features among them need of a request
 */
public record ServedFeatures(
        String service, boolean isDefault, List<Feature> features, List<String> joinKeys, List<String> requestData) {
    public ServedFeatures {
        features = List.copyOf(features);
        joinKeys = List.copyOf(joinKeys);
        requestData = List.copyOf(requestData);
    }

    /**
     * A feature.
     *
     * @param reference {@code view:feature} or {@code view@version:feature}
     * @param type as definitions write it, such as {@code double}
     */
    public record Feature(String reference, String type) {
        /** Whether a tensor takes it. */
        public boolean isNumber() {
            return switch (type) {
                case "bool", "int64", "double", "timestamp" -> true;
                default -> false;
            };
        }
    }

    /** The features' references, in order. */
    public List<String> references() {
        return features.stream().map(Feature::reference).toList();
    }

    /** Whether a pipeline that names {@code name} means this service. */
    public boolean isMeantBy(String name) {
        return service.equals(name) || (isDefault && service.startsWith(name + "@"));
    }
}
