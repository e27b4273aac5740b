package io.millrace.inference.domain;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A map for one row of many: the rows share their names, each has an array of values, and what is null there is not in the map. Iterates in the order of the
 * names. Cannot be changed by who has it.
 */
public final class NamedValues<V> extends AbstractMap<String, V> {
    private final Names names;
    private final @Nullable V[] values;

    /** Names that rows share, each with its place. */
    public static final class Names {
        /** Up to so many names are looked through one by one. */
        private static final int FEW = 8;

        private final String[] names;
        private final Map<String, Integer> places = new HashMap<>();

        private Names(String[] names) {
            this.names = names;
            for (int i = 0; i < names.length && names.length > FEW; i++) {
                places.put(names[i], i);
            }
        }

        /** Names in their order; no two may be the same. */
        public static Names of(Collection<String> names) {
            return new Names(names.toArray(String[]::new));
        }

        public int size() {
            return names.length;
        }

        /** A name's place; −1 where it is none of these. */
        public int place(String name) {
            if (names.length <= FEW) {
                for (int i = 0; i < names.length; i++) {
                    if (names[i].equals(name)) {
                        return i;
                    }
                }
                return -1;
            }
            return places.getOrDefault(name, -1);
        }
    }

    /**
     * A row.
     *
     * @param values one for each name, in their order; belongs to the map from now on
     */
    public NamedValues(Names names, @Nullable V[] values) {
        if (values.length != names.size()) {
            throw new IllegalArgumentException(values.length + " values for " + names.size() + " names");
        }
        this.names = names;
        this.values = values;
    }

    @Override
    public @Nullable V get(@Nullable Object name) {
        int place = name instanceof String text ? names.place(text) : -1;
        return place < 0 ? null : values[place];
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return get(name) != null;
    }

    @Override
    public int size() {
        int size = 0;
        for (V value : values) {
            if (value != null) {
                size++;
            }
        }
        return size;
    }

    @Override
    public Set<Entry<String, V>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Entry<String, V>> iterator() {
                return new Entries();
            }

            @Override
            public int size() {
                return NamedValues.this.size();
            }
        };
    }

    private final class Entries implements Iterator<Entry<String, V>> {
        private int next = from(0);

        @Override
        public boolean hasNext() {
            return next < values.length;
        }

        @Override
        public Entry<String, V> next() {
            int at = next;
            V value = at < values.length ? values[at] : null;
            if (value == null) {
                throw new NoSuchElementException();
            }
            next = from(at + 1);
            return Map.entry(names.names[at], value);
        }

        private int from(int place) {
            int at = place;
            while (at < values.length && values[at] == null) {
                at++;
            }
            return at;
        }
    }
}
