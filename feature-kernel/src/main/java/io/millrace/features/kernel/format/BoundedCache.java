package io.millrace.features.kernel.format;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** What was made of the schemas that were seen last. Used by one thread at a time. */
final class BoundedCache<V> {
    private static final int MOST = 256;

    private final LinkedHashMap<Integer, V> values = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, V> eldest) {
            return size() > MOST;
        }
    };

    V of(int id, Supplier<V> make) {
        V known = values.get(id);
        if (known != null) {
            return known;
        }
        V made = make.get();
        values.put(id, made);
        return made;
    }
}
