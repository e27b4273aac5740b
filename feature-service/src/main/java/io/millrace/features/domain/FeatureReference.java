package io.millrace.features.domain;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A feature as a caller names it: {@code view:feature}, or {@code view@version:feature} for one version.
 *
 * @param view {@code view} or {@code view@version}
 */
public record FeatureReference(String view, String feature) {
    /** Empty where the text has no view or no feature. */
    public static Optional<FeatureReference> parse(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        int colon = text.indexOf(':');
        if (colon < 1 || colon == text.length() - 1 || text.indexOf(':', colon + 1) >= 0) {
            return Optional.empty();
        }
        return Optional.of(new FeatureReference(text.substring(0, colon), text.substring(colon + 1)));
    }

    /** {@code view__feature}, Feast's full name. */
    public String fullName() {
        return view + "__" + feature;
    }

    @Override
    public String toString() {
        return view + ":" + feature;
    }
}
