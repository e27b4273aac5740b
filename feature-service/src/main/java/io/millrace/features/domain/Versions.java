package io.millrace.features.domain;

import io.millrace.features.kernel.ViewId;
import java.math.BigInteger;
import java.util.Comparator;

/** The order of view versions: {@code v10} is newer than {@code v9}. */
public final class Versions {
    /** By number; what is no number counts as 0. */
    public static final Comparator<String> ORDER = Comparator.comparing(Versions::number);

    /** By name, then version. */
    public static final Comparator<ViewId> BY_NAME_THEN_VERSION =
            Comparator.comparing(ViewId::name).thenComparing(ViewId::version, ORDER);

    private Versions() {}

    /** 2 of {@code v2}; 0 of what is no number. */
    public static BigInteger number(String version) {
        String digits = version.startsWith("v") ? version.substring(1) : version;
        boolean plain = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return plain ? new BigInteger(digits) : BigInteger.ZERO;
    }
}
