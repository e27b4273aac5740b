package io.millrace.endtoend;

import java.util.HashMap;
import java.util.Map;

/** Settings of a service by key. */
final class Settings {
    private Settings() {}

    /** These and more, given as key and value in turn. */
    static Map<String, String> with(Map<String, String> settings, Object... more) {
        var all = new HashMap<>(settings);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i].toString(), more[i + 1].toString());
        }
        return all;
    }
}
