package io.millrace.inference.domain;

import java.util.Set;
import java.util.TreeSet;

/** Which versions of a model serve, as its {@code policy.yaml} says. */
public sealed interface VersionPolicy {
    /** Every version that can: what holds where nothing is said. */
    record All() implements VersionPolicy {
        @Override
        public String toString() {
            return "all";
        }
    }

    /** The newest so many that can serve; one that is refused takes nobody's place. At least 1. */
    record Latest(int count) implements VersionPolicy {
        public Latest {
            if (count < 1) {
                throw new IllegalArgumentException("latest must be at least 1, was " + count);
            }
        }

        @Override
        public String toString() {
            return "latest " + count;
        }
    }

    /** These, and no others. */
    record Listed(Set<String> versions) implements VersionPolicy {
        public Listed {
            versions = Set.copyOf(versions);
        }

        @Override
        public String toString() {
            return "only " + new TreeSet<>(versions);
        }
    }

    /**
     * Whether a version is wanted.
     *
     * @param newer how many versions that are newer serve
     */
    default boolean wants(String version, int newer) {
        return switch (this) {
            case All() -> true;
            case Latest(int count) -> newer < count;
            case Listed(Set<String> versions) -> versions.contains(version);
        };
    }
}
