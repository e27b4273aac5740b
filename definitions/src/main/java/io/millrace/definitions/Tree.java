package io.millrace.definitions;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Any value of a document with the place where it stands, for readers that walk a document generically. Keys and items keep their order. */
public sealed interface Tree {
    /** Where the value begins. */
    Place place();

    /** The value as plain Java: Map, List, String, Long, BigDecimal, Boolean or null. */
    @Nullable
    Object plain();

    /** A key of a map: where it stands, and its value. */
    record Entry(Place place, Tree value) {}

    record Mapping(Place place, Map<String, Entry> entries) implements Tree {
        @Override
        public Map<String, @Nullable Object> plain() {
            var plain = new LinkedHashMap<String, @Nullable Object>();
            entries.forEach((key, entry) -> plain.put(key, entry.value().plain()));
            return plain;
        }
    }

    record Sequence(Place place, List<Tree> items) implements Tree {
        @Override
        public List<@Nullable Object> plain() {
            var plain = new ArrayList<@Nullable Object>();
            items.forEach(item -> plain.add(item.plain()));
            return plain;
        }
    }

    /**
     * A single value.
     *
     * @param value String, Long, BigDecimal, Boolean or null
     * @param text the value as it is written, without quotes
     * @param quoted whether the author wrote it as text, so that {@code "5"} is not the number 5
     */
    record Scalar(Place place, @Nullable Object value, String text, boolean quoted) implements Tree {
        /** Text that no author wrote: what another form says is put in place of it. */
        public static Scalar of(Place place, Object value) {
            Object plain = value instanceof Integer small ? (Object) Long.valueOf(small) : value;
            if (!(plain instanceof String
                    || plain instanceof Long
                    || plain instanceof BigDecimal
                    || plain instanceof Boolean)) {
                throw new IllegalArgumentException("not a single value: " + value);
            }
            return new Scalar(place, plain, plain.toString(), plain instanceof String);
        }

        @Override
        public @Nullable Object plain() {
            return value;
        }
    }
}
