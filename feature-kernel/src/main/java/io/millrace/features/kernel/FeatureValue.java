package io.millrace.features.kernel;

import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** One typed value of an entity key, an event field or a feature. A null value is Java's null, never a constant of this type. */
public sealed interface FeatureValue {
    record Bool(boolean value) implements FeatureValue {}

    record Int(long value) implements FeatureValue {}

    record Real(double value) implements FeatureValue {}

    record Text(String value) implements FeatureValue {}

    /** The array is not copied: whoever hands it over leaves it alone. Equality is by content. */
    record Bytes(byte[] value) implements FeatureValue {
        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes(byte[] bytes) && java.util.Arrays.equals(value, bytes);
        }

        @Override
        public int hashCode() {
            return java.util.Arrays.hashCode(value);
        }
    }

    /** Microseconds since 1970-01-01T00:00:00Z. */
    record Time(long micros) implements FeatureValue {}

    /** A list; its elements are of one type. */
    record Many(List<FeatureValue> values) implements FeatureValue {
        public Many {
            values = List.copyOf(values);
        }
    }

    /** Numbers by texts, in the order of the texts. */
    record Counts(NavigableMap<String, Long> counts) implements FeatureValue {
        public Counts {
            counts = Collections.unmodifiableNavigableMap(new TreeMap<>(counts));
        }
    }

    /** Finite numbers, one for each dimension. The array is not copied: whoever hands it over leaves it alone. Equality is by content, bit for bit. */
    record Vector(float[] elements) implements FeatureValue {
        @Override
        public boolean equals(Object other) {
            return other instanceof Vector(float[] others) && java.util.Arrays.equals(elements, others);
        }

        @Override
        public int hashCode() {
            return java.util.Arrays.hashCode(elements);
        }
    }
}
