package io.millrace.features.domain;

import io.millrace.features.kernel.FeatureValue;
import java.util.List;
import java.util.Optional;

/**
 * Which entities a search for neighbours looks at, by plain features of the view that the vector stands in. A feature that is null meets no comparison, so that
 * {@link Not} of one is met.
 */
public sealed interface VectorFilter {
    /** The most parts that a filter may have, nested ones counted. */
    int MAX_PARTS = 256;

    record Equal(String feature, FeatureValue value) implements VectorFilter {}

    record OneOf(String feature, List<FeatureValue> values) implements VectorFilter {
        public OneOf {
            values = List.copyOf(values);
        }
    }

    /** Between two bounds of the feature's type; one of them may be open. Not for booleans and bytes. */
    record Between(String feature, Optional<Bound> from, Optional<Bound> to) implements VectorFilter {}

    /** A bound of a range. */
    record Bound(FeatureValue value, boolean inclusive) {}

    /** Met where all parts are; of no parts: always. */
    record All(List<VectorFilter> parts) implements VectorFilter {
        public All {
            parts = List.copyOf(parts);
        }
    }

    /** Met where one part is; of no parts: never. */
    record Any(List<VectorFilter> parts) implements VectorFilter {
        public Any {
            parts = List.copyOf(parts);
        }
    }

    record Not(VectorFilter part) implements VectorFilter {}

    /** How many parts this filter has, itself and nested ones counted. */
    default int size() {
        return switch (this) {
            case Equal _, OneOf _, Between _ -> 1;
            case All(List<VectorFilter> all) ->
                1 + all.stream().mapToInt(VectorFilter::size).sum();
            case Any(List<VectorFilter> any) ->
                1 + any.stream().mapToInt(VectorFilter::size).sum();
            case Not(VectorFilter part) -> 1 + part.size();
        };
    }
}
