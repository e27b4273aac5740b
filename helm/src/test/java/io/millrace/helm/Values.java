package io.millrace.helm;

import java.util.LinkedHashMap;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;

/** Values as helm merges them: maps key by key, everything else as a whole. */
final class Values {
    private Values() {}

    static Map<String, Object> merged(String base, String over) {
        return merge(read(base), read(over));
    }

    static Map<String, Object> read(String yaml) {
        return map(new Yaml().load(yaml));
    }

    static Map<String, Object> map(Object value) {
        var copy = new LinkedHashMap<String, Object>();
        ((Map<?, ?>) value).forEach((key, member) -> copy.put(String.valueOf(key), member));
        return copy;
    }

    private static Map<String, Object> merge(Map<String, Object> base, Map<String, Object> over) {
        over.forEach((key, value) -> base.merge(
                key, value, (was, is) -> was instanceof Map && is instanceof Map ? merge(map(was), map(is)) : is));
        return base;
    }
}
