package io.millrace.features.domain;

import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Computation.Aggregated;
import io.millrace.features.kernel.FeatureView.Feature;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.OnDemandView;
import io.millrace.features.kernel.RecordFormat;
import io.millrace.features.kernel.definition.DefinitionKey;
import io.millrace.features.kernel.definition.DefinitionSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** What a definition says differently from the one that is served. Comments, the order of keys and the spelling of durations do not count. */
public final class DefinitionDifference {
    private DefinitionDifference() {}

    /** Whether a definition may change under its name: that of a service without versions may. */
    public static boolean mayChange(DefinitionKey key) {
        return key.kind() == DefinitionKey.Kind.FEATURE_SERVICE
                && key.id().version().isEmpty();
    }

    /**
     * The first field in which two definitions of one key give something else, as a path such as {@code ttl} or {@code features.delay_mean_3h.window};
     * empty where both give the same.
     */
    public static Optional<String> content(DefinitionSet served, DefinitionSet wanted, DefinitionKey key) {
        return switch (key.kind()) {
            case ENTITY ->
                of(
                        served.entities(),
                        wanted.entities(),
                        key.id().name(),
                        (a, b) -> a.joinKeys().equals(b.joinKeys())
                                ? Optional.empty()
                                : Optional.of("join_keys"
                                        + firstOf(a.joinKeys(), b.joinKeys(), FeatureView.EventField::name)));
            case FEATURE_VIEW -> of(served.views(), wanted.views(), key.id(), DefinitionDifference::between);
            case ON_DEMAND_FEATURE_VIEW ->
                of(served.onDemand(), wanted.onDemand(), key.id(), DefinitionDifference::between);
            case FEATURE_SERVICE ->
                of(
                        served.services(),
                        wanted.services(),
                        key.id(),
                        (a, b) -> a.features().equals(b.features())
                                ? Optional.empty()
                                : Optional.of("features" + firstOf(a.features(), b.features(), feature -> feature)));
        };
    }

    private static <K, T> Optional<String> of(
            Map<K, T> served, Map<K, T> wanted, K key, BiFunction<T, T, Optional<String>> difference) {
        T a = served.get(key);
        T b = wanted.get(key);
        return a == null || b == null ? Optional.empty() : difference.apply(a, b);
    }

    /** In which words about it two definitions of one key differ: some of description, owner and tags. */
    public static List<String> words(DefinitionSet served, DefinitionSet wanted, DefinitionKey key) {
        Optional<Words> before = Words.of(served, key);
        Optional<Words> after = Words.of(wanted, key);
        if (before.isEmpty() || after.isEmpty()) {
            return List.of();
        }
        var different = new ArrayList<String>();
        if (!before.get().description().equals(after.get().description())) {
            different.add("description");
        }
        if (!before.get().owner().equals(after.get().owner())) {
            different.add("owner");
        }
        if (!before.get().tags().equals(after.get().tags())) {
            different.add("tags");
        }
        return different;
    }

    /** What a definition says about itself. */
    private record Words(String description, String owner, Map<String, String> tags) {
        static Optional<Words> of(DefinitionSet set, DefinitionKey key) {
            return switch (key.kind()) {
                case ENTITY ->
                    Optional.ofNullable(set.entities().get(key.id().name()))
                            .map(of -> new Words(of.description(), of.owner(), of.tags()));
                case FEATURE_VIEW ->
                    Optional.ofNullable(set.views().get(key.id()))
                            .map(of -> new Words(of.description(), of.owner(), of.tags()));
                case ON_DEMAND_FEATURE_VIEW ->
                    Optional.ofNullable(set.onDemand().get(key.id()))
                            .map(of -> new Words(of.description(), of.owner(), of.tags()));
                case FEATURE_SERVICE ->
                    Optional.ofNullable(set.services().get(key.id()))
                            .map(of -> new Words(of.description(), of.owner(), of.tags()));
            };
        }
    }

    private static Optional<String> between(OnDemandView served, OnDemandView wanted) {
        if (!served.inputs().equals(wanted.inputs())) {
            return Optional.of("inputs" + firstOf(served.inputs(), wanted.inputs(), OnDemandView.Input::name));
        }
        if (!served.request().equals(wanted.request())) {
            return Optional.of("request" + firstOf(served.request(), wanted.request(), FeatureView.EventField::name));
        }
        return served.features().equals(wanted.features())
                ? Optional.empty()
                : Optional.of("features" + firstOf(served.features(), wanted.features(), OnDemandView.Computed::name));
    }

    /** The first field in which two views give something else; empty where both give the same. */
    public static Optional<String> between(FeatureView served, FeatureView wanted) {
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
            if (!was.format().equals(is.format())) {
                return "source." + format(was.format(), is.format());
            }
            return was.timestampField().equals(is.timestampField())
                    ? "source.timestamp.unit"
                    : "source.timestamp.field";
        }
        if (served instanceof Source.Batch was && wanted instanceof Source.Batch is) {
            if (!was.table().equals(is.table())) {
                return "source.batch";
            }
            return was.timestamp().equals(is.timestamp()) ? "source.created" : "source.timestamp";
        }
        return "source";
    }

    private static String format(RecordFormat was, RecordFormat is) {
        if (was.encoding() != is.encoding()) {
            return "format";
        }
        if (!was.schema().equals(is.schema())) {
            return "schema";
        }
        return was.message().equals(is.message()) ? "framing" : "message";
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
