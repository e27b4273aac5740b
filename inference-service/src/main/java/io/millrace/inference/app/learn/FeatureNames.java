package io.millrace.inference.app.learn;

import java.util.Collection;
import java.util.Optional;

/** Under which name a feature is there: a reference without a version is met by one with a version, as a feature service has them. */
final class FeatureNames {
    private FeatureNames() {}

    static Optional<String> of(Collection<String> names, String reference) {
        if (names.contains(reference)) {
            return Optional.of(reference);
        }
        int colon = reference.indexOf(':');
        if (colon < 0 || reference.indexOf('@') >= 0) {
            return Optional.empty();
        }
        String view = reference.substring(0, colon) + "@";
        String feature = reference.substring(colon);
        return names.stream()
                .filter(name -> name.startsWith(view) && name.endsWith(feature))
                .findFirst();
    }
}
