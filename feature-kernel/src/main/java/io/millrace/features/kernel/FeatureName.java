package io.millrace.features.kernel;

import java.util.Optional;

/**
 * A feature as definitions name it: {@code view:feature}, or {@code view@version:feature} for one version.
 *
 * @param view {@code view} or {@code view@version}
 */
public record FeatureName(String view, String feature) {
    /** Empty where the text is of another form. */
    public static Optional<FeatureName> parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 1 || colon == text.length() - 1 || text.indexOf(':', colon + 1) >= 0) {
            return Optional.empty();
        }
        return Optional.of(new FeatureName(text.substring(0, colon), text.substring(colon + 1)));
    }

    @Override
    public String toString() {
        return view + ":" + feature;
    }
}
