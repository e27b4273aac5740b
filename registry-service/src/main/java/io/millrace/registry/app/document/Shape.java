package io.millrace.registry.app.document;

import io.millrace.definitions.Tree;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** What a value of a document may look like. */
sealed interface Shape {
    /** Text; in YAML also an unquoted number, date or truth value, as it is written. Of a closed list where one is given. */
    record Text(List<String> oneOf) implements Shape {}

    record Whole(long least) implements Shape {}

    record Numeric() implements Shape {}

    record Truth() implements Shape {}

    /** Any value, null included. */
    record Anything() implements Shape {}

    /** A single value or null. */
    record Single() implements Shape {}

    record ListOf(Shape item, int least, int most) implements Shape {}

    /** The first of the two whose kind (single value, list, map) is the value's. */
    record Either(Shape first, Shape second) implements Shape {}

    /** A map whose fields depend on what stands in it. Also how a shape contains itself. */
    record Chosen(Function<Tree.Mapping, Fields> choose) implements Shape {}

    /**
     * A map.
     *
     * @param what how messages call it
     * @param closed whether other fields are refused
     */
    record Fields(String what, Map<String, Shape> fields, Set<String> required, boolean closed) implements Shape {
        public Fields {
            fields = new LinkedHashMap<>(fields);
            required = new LinkedHashSet<>(required);
        }

        static Fields of(String what) {
            return new Fields(what, Map.of(), Set.of(), true);
        }

        /** This with text fields more; a name that ends with {@code *} is required. */
        Fields text(String... names) {
            Fields all = this;
            for (String name : names) {
                all = all.with(name, TEXT);
            }
            return all;
        }

        /** This with a field more; a name that ends with {@code *} is required. */
        Fields with(String name, Shape shape) {
            boolean isRequired = name.endsWith("*");
            String key = isRequired ? name.substring(0, name.length() - 1) : name;
            var more = new Fields(what, fields, required, closed);
            more.fields.put(key, shape);
            if (isRequired) {
                more.required.add(key);
            }
            return more;
        }

        /** This with all fields of the other. */
        Fields and(Fields other) {
            var more = new Fields(what, fields, required, closed);
            more.fields.putAll(other.fields);
            more.required.addAll(other.required);
            return more;
        }

        Fields open() {
            return new Fields(what, fields, required, false);
        }
    }

    Text TEXT = new Text(List.of());
    Whole COUNT = new Whole(0);
    Whole WHOLE = new Whole(Long.MIN_VALUE);
    Numeric NUMERIC = new Numeric();
    Truth TRUTH = new Truth();
    Anything ANYTHING = new Anything();
    ListOf TEXTS = list(TEXT);

    static Text oneOf(String... names) {
        return new Text(List.of(names));
    }

    static ListOf list(Shape item) {
        return new ListOf(item, 0, Integer.MAX_VALUE);
    }
}
