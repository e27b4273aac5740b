package io.millrace.features.kernel;

import java.util.Comparator;

/** One version of a feature view, on-demand feature view or feature service. */
public record ViewId(String name, String version) {
    /** By name, then from the oldest version to the newest: {@code v9} stands before {@code v10}. */
    public static final Comparator<ViewId> BY_NAME_THEN_AGE =
            Comparator.comparing(ViewId::name).thenComparingLong(ViewId::number);

    /** The version's number; 0 where it is none. */
    public long number() {
        boolean numbered = version.length() > 1
                && version.length() < 18
                && version.startsWith("v")
                && version.chars().skip(1).allMatch(c -> c >= '0' && c <= '9');
        return numbered ? Long.parseLong(version.substring(1)) : 0;
    }

    /** {@code name@version}, or the name alone where there is no version. */
    @Override
    public String toString() {
        return version.isEmpty() ? name : name + "@" + version;
    }
}
