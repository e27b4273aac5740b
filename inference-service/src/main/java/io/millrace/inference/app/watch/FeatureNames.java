package io.millrace.inference.app.watch;

/** Names of features under which a reference and predictions meet, whatever version of the view a service names. */
final class FeatureNames {
    private FeatureNames() {}

    /** {@code view:feature} of {@code view@v2:feature}; other names as they are. */
    static String plain(String reference) {
        int at = reference.indexOf('@');
        int colon = reference.indexOf(':', at + 1);
        return at < 0 || colon < 0 ? reference : reference.substring(0, at) + reference.substring(colon);
    }

    /** The view of a feature; empty where the name is no feature's. */
    static String view(String reference) {
        String plain = plain(reference);
        int colon = plain.indexOf(':');
        return colon < 0 ? "" : plain.substring(0, colon);
    }
}
