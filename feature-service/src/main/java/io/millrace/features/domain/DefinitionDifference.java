package io.millrace.features.domain;

import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Computation.Aggregated;
import io.millrace.features.kernel.FeatureView.Feature;
import io.millrace.features.kernel.FeatureView.Source;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** What a definition says differently from the one that is served. Comments, the order of keys and the spelling of durations do not count. */
public final class DefinitionDifference {
    private DefinitionDifference() {}

    /** The first field that differs, as a path such as {@code ttl} or {@code features.delay_mean_3h.window}; empty where both say the same. */
    public static Optional<String> between(FeatureView served, FeatureView wanted) {
        if (!served.description().equals(wanted.description())) {
            return Optional.of("description");
        }
        if (!served.owner().equals(wanted.owner())) {
            return Optional.of("owner");
        }
        if (!served.entity().equals(wanted.entity())) {
            return Optional.of("entity.name");
        }
        if (!served.joinKeys().equals(wanted.joinKeys())) {
            return Optional.of(
                    "entity.join_keys" + firstOf(served.joinKeys(), wanted.joinKeys(), FeatureView.JoinKey::name));
        }
        if (!served.source().equals(wanted.source())) {
            return Optional.of(source(served.source(), wanted.source()));
        }
        if (!served.contract().equals(wanted.contract())) {
            return Optional.of("contract");
        }
        if (!served.allowedLateness().equals(wanted.allowedLateness())) {
            return Optional.of("allowed-lateness");
        }
        if (!served.ttl().equals(wanted.ttl())) {
            return Optional.of("ttl");
        }
        if (!served.retention().equals(wanted.retention())) {
            return Optional.of("retention");
        }
        if (!served.features().equals(wanted.features())) {
            return Optional.of("features" + features(served.features(), wanted.features()));
        }
        if (!served.fields().equals(wanted.fields())) {
            return Optional.of("fields" + firstOf(served.fields(), wanted.fields(), FeatureView.EventField::name));
        }
        return Optional.empty();
    }

    private static String source(Source served, Source wanted) {
        if (served instanceof Source.Topic was && wanted instanceof Source.Topic is) {
            if (!was.topic().equals(is.topic())) {
                return "source.topic";
            }
            return was.timestampField().equals(is.timestampField())
                    ? "source.timestamp.unit"
                    : "source.timestamp.field";
        }
        return "source";
    }

    private static String features(List<Feature> served, List<Feature> wanted) {
        for (int i = 0; i < Math.min(served.size(), wanted.size()); i++) {
            Feature was = served.get(i);
            Feature is = wanted.get(i);
            if (!was.equals(is)) {
                return "." + was.name() + member(was, is);
            }
        }
        return firstOf(served, wanted, Feature::name);
    }

    private static String member(Feature was, Feature is) {
        if (!was.name().equals(is.name())) {
            return "";
        }
        if (was.type() != is.type()) {
            return ".type";
        }
        if (was.computation() instanceof Aggregated before && is.computation() instanceof Aggregated after) {
            if (before.aggregate() != after.aggregate()) {
                return ".aggregate";
            }
            if (!before.where().equals(after.where())) {
                return ".where";
            }
            if (!before.window().equals(after.window())) {
                return ".window";
            }
            if (!before.parameters().equals(after.parameters())) {
                return ".parameters";
            }
            return before.hop().equals(after.hop()) ? ".field" : ".hop";
        }
        boolean bothLatest = was.computation() instanceof FeatureView.Computation.Latest
                && is.computation() instanceof FeatureView.Computation.Latest;
        return bothLatest ? ".field" : ".aggregate";
    }

    private static <T> String firstOf(List<T> served, List<T> wanted, Function<T, String> name) {
        List<T> longer = served.size() >= wanted.size() ? served : wanted;
        List<T> shorter = longer == served ? wanted : served;
        for (int i = 0; i < longer.size(); i++) {
            if (i >= shorter.size() || !Objects.equals(longer.get(i), shorter.get(i))) {
                return "." + name.apply(longer.get(i));
            }
        }
        return "";
    }
}
