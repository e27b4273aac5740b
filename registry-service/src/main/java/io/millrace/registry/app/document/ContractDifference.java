package io.millrace.registry.app.document;

import io.millrace.registry.app.data.JacksonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** In which fields two contracts differ. Elements of a list that all have names are compared by name, other lists as a whole. */
public final class ContractDifference {
    /** So many fields are named at most. */
    public static final int MOST = 20;

    private static final JacksonText JSON = new JacksonText();

    private final List<String> fields = new ArrayList<>();

    private ContractDifference() {}

    /**
     * The fields by path, such as {@code schema.departures.properties.delay.logicalType}; empty where there is no difference.
     *
     * @param before canonical JSON, as {@code after} is
     */
    public static List<String> between(String before, String after) {
        var difference = new ContractDifference();
        difference.walk("", JSON.read(before).orElse(null), JSON.read(after).orElse(null));
        return List.copyOf(difference.fields);
    }

    private void walk(String path, @Nullable Object before, @Nullable Object after) {
        if (fields.size() == MOST || Objects.equals(before, after)) {
            return;
        }
        Map<String, @Nullable Object> was = members(before);
        Map<String, @Nullable Object> is = members(after);
        if (was.isEmpty() || is.isEmpty()) {
            fields.add(path);
            return;
        }
        int known = fields.size();
        var keys = new TreeSet<>(was.keySet());
        keys.addAll(is.keySet());
        for (String key : keys) {
            walk(path.isEmpty() ? key : path + "." + key, was.get(key), is.get(key));
        }
        if (fields.size() == known) {
            fields.add(path);
        }
    }

    /** The members of a map, or the elements of a list whose names are its own; empty for anything else. */
    private static Map<String, @Nullable Object> members(@Nullable Object value) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, member) -> members.put(String.valueOf(key), member));
        } else if (value instanceof List<?> list) {
            for (Object element : list) {
                if (!(element instanceof Map<?, ?> map && map.get("name") instanceof String name)
                        || members.put(name, element) != null) {
                    return Map.of();
                }
            }
        }
        return members;
    }
}
