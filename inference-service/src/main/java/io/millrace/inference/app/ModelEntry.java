package io.millrace.inference.app;

import io.millrace.inference.app.ModelCatalog.Listing;
import io.millrace.inference.domain.ModelState;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a version: what serves, and why what is in the repository does not.
 *
 * @param fingerprint of what was looked at last; empty where it is to be looked at again
 * @param withheld whether nobody wants it to serve
 */
record ModelEntry(
        String fingerprint,
        @Nullable ServedModel serving,
        @Nullable String refusal,
        boolean withheld) {
    static ModelEntry refused(ModelRefusedException e) {
        return new ModelEntry("", null, e.getMessage(), false);
    }

    static ModelEntry withheld(String why) {
        return new ModelEntry("", null, why, true);
    }

    /** Of versions, oldest first, the one that is asked for, else the newest that serves; null where that does not, or none. */
    static @Nullable ServedModel newest(NavigableMap<String, ModelEntry> versions, Optional<String> asked) {
        if (asked.isPresent()) {
            ModelEntry entry = versions.get(asked.get());
            return entry == null ? null : entry.serving();
        }
        Map.Entry<String, ModelEntry> last = versions.lastEntry();
        while (last != null && last.getValue().serving() == null) {
            last = versions.lowerEntry(last.getKey());
        }
        return last == null ? null : last.getValue().serving();
    }

    /**
     * As it is listed.
     *
     * @param newest whether it is the newest version that serves
     */
    Listing listing(String name, String version, boolean newest) {
        String reason = Objects.requireNonNullElse(refusal, "");
        if (serving == null) {
            return new Listing(name, version, withheld ? ModelState.WITHHELD : ModelState.REFUSED, reason, "");
        }
        ModelState state = newest ? ModelState.SERVING : ModelState.AVAILABLE;
        return new Listing(name, version, state, reason, serving.definition().digest());
    }
}
