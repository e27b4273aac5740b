package io.millrace.features.kernel.definition;

import io.millrace.features.kernel.ViewId;
import java.util.Comparator;
import java.util.Optional;

/** One definition among those of all kinds. An entity, and a service that has none, have an empty version. */
public record DefinitionKey(Kind kind, ViewId id) {
    /** By kind, name, then from the oldest version to the newest. */
    public static final Comparator<DefinitionKey> ORDER =
            Comparator.comparing(DefinitionKey::kind).thenComparing(DefinitionKey::id, ViewId.BY_NAME_THEN_AGE);

    /** The kinds that feature-service keeps. */
    public enum Kind {
        ENTITY("Entity"),
        FEATURE_VIEW("FeatureView"),
        ON_DEMAND_FEATURE_VIEW("OnDemandFeatureView"),
        FEATURE_SERVICE("FeatureService");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** How documents write it. */
        public String word() {
            return word;
        }

        public static Optional<Kind> of(String word) {
            for (Kind kind : values()) {
                if (kind.word.equals(word)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    public static DefinitionKey view(ViewId id) {
        return new DefinitionKey(Kind.FEATURE_VIEW, id);
    }

    /** The key that {@link #toString} wrote; empty where the text is none. */
    public static Optional<DefinitionKey> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        String name = text.substring(slash + 1);
        int at = name.indexOf('@');
        var id = at < 0 ? new ViewId(name, "") : new ViewId(name.substring(0, at), name.substring(at + 1));
        return Kind.of(text.substring(0, slash)).map(kind -> new DefinitionKey(kind, id));
    }

    /** {@code kind/name@version}, or {@code kind/name}. */
    @Override
    public String toString() {
        return kind.word() + "/" + id;
    }
}
