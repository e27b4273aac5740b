package io.millrace.features.app;

import io.millrace.definitions.NearestName;
import io.millrace.features.app.VectorIndex.Neighbour;
import io.millrace.features.app.VectorIndex.Search;
import io.millrace.features.app.deletion.Voids;
import io.millrace.features.domain.Coercion;
import io.millrace.features.domain.FeatureReference;
import io.millrace.features.domain.VectorFilter;
import io.millrace.features.domain.VectorFilter.Bound;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Computation;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.Feature;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.VectorMetric;
import io.millrace.gate.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Searches for the entities whose vectors are nearest to another one, by features of one view. Blocking; bounded in number. */
@ApplicationScoped
public class VectorSearches {
    /** The most entities of one answer. */
    public static final int MAX_LIMIT = 1_000;

    /** The most candidates of one search. */
    public static final int MAX_EFFORT = 10_000;

    private final Catalog catalog;
    private final VectorIndex index;
    private final VectorLimits limits;
    private final Voids voids;
    private final InstantSource clock;
    private final DefinitionStore definitions;
    private final Semaphore running;

    public VectorSearches(
            Catalog catalog,
            DefinitionStore definitions,
            VectorIndex index,
            VectorLimits limits,
            Voids voids,
            InstantSource clock) {
        this.definitions = definitions;
        this.catalog = catalog;
        this.index = index;
        this.limits = limits;
        this.voids = voids;
        this.clock = clock;
        this.running = new Semaphore(limits.concurrency());
    }

    /**
     * What a caller asks for.
     *
     * @param vector {@code view:feature} or {@code view@version:feature}
     * @param query one number for each dimension
     * @param features plain features of the same view to be given beside each entity
     * @param limit 1 to {@link #MAX_LIMIT}
     * @param effort candidates; 0 for the service's own number
     * @param metric what the caller believes that distances are; refused where it is another one
     * @param filter not checked against the view yet
     */
    public record Query(
            String vector,
            List<Float> query,
            List<String> features,
            int limit,
            int effort,
            boolean exact,
            Optional<VectorMetric> metric,
            Optional<VectorFilter> filter) {}

    /**
     * What was found, the nearest first.
     *
     * @param features the plain features that were asked for, in the request's order
     */
    public record Answer(
            FeatureView view, List<Feature> features, List<Match> matches, Map<SourcePartition, Long> positions) {}

    /** An entity that was found; one value for each feature of the answer. */
    public record Match(Neighbour neighbour, List<@Nullable FeatureValue> values) {}

    /** @throws Refusal where the request is wrong, the index is not there yet, or too many searches wait */
    public Answer search(Query query) {
        Names.requireReferences(List.of(query.vector()));
        FeatureReference reference = reference(query.vector());
        FeatureView view = view(reference);
        Feature vector = feature(view, reference.feature());
        float[] numbers = numbers(view, vector, query);
        List<Feature> features = query.features().stream()
                .map(text -> plain(view, reference, text))
                .toList();
        var search = new Search(
                vector.name(),
                numbers,
                between("limit", query.limit(), 1, MAX_LIMIT),
                query.effort() == 0 ? limits.effort() : between("effort", query.effort(), 1, MAX_EFFORT),
                query.exact(),
                query.filter().map(filter -> typed(view, filter)).orElse(null),
                Coercion.micros(clock.instant()));
        VectorIndex.Found found = bounded(view, search);
        int[] places =
                features.stream().mapToInt(feature -> place(view, feature)).toArray();
        var matches = new ArrayList<Match>(found.neighbours().size());
        for (Neighbour neighbour : found.neighbours()) {
            if (voids.isVoid(view, neighbour.key(), neighbour.place())) {
                continue;
            }
            var values = new ArrayList<@Nullable FeatureValue>(places.length);
            for (int place : places) {
                values.add(neighbour.fields().get(place));
            }
            matches.add(new Match(neighbour, values));
        }
        return new Answer(view, features, matches, found.positions());
    }

    /**
     * The vector among some features, named as in {@link Query#vector}; the first feature where there is none.
     *
     * @throws Refusal where there are no features, or one is unknown
     */
    public String vectorAmong(List<String> features) {
        if (features.isEmpty()) {
            throw new Refusal(FeatureReason.EMPTY_REQUEST, "no features are asked for");
        }
        return features.stream()
                .filter(text -> isVector(reference(text)))
                .findFirst()
                .orElse(features.getFirst());
    }

    private FeatureView view(FeatureReference reference) {
        return catalog.resolve(reference.view()).orElseThrow(() -> {
            definitions.requireCurrent();
            return catalog.unknownView(reference.view());
        });
    }

    private boolean isVector(FeatureReference reference) {
        FeatureView view = view(reference);
        return feature(view, reference.feature()).metric().isPresent();
    }

    private VectorIndex.Found bounded(FeatureView view, Search search) {
        try {
            if (!running.tryAcquire(limits.patience().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Refusal(
                        FeatureReason.TOO_MANY_READS, limits.concurrency() + " searches are running; try again later");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(FeatureReason.VECTORS_UNAVAILABLE, "the service is stopping", e);
        }
        try {
            return index.search(view, search);
        } catch (IllegalStateException notOpen) {
            throw new Refusal(
                    FeatureReason.VECTORS_UNAVAILABLE, "the vectors of " + view.id() + " are not indexed yet", notOpen);
        } finally {
            running.release();
        }
    }

    private static FeatureReference reference(String text) {
        return FeatureReference.parse(text)
                .orElseThrow(() -> new Refusal(
                        FeatureReason.MALFORMED_FEATURE_REFERENCE,
                        Names.shown(text) + " is not of the form view:feature or view@version:feature"));
    }

    private static Feature feature(FeatureView view, String name) {
        return view.features().stream()
                .filter(feature -> feature.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        FeatureReason.FEATURE_NOT_FOUND,
                        "Feature view " + view.id() + " has no feature '" + name + "'"
                                + NearestName.hint(
                                        name,
                                        view.features().stream()
                                                .map(Feature::name)
                                                .toList())));
    }

    private static Feature plain(FeatureView view, FeatureReference vector, String text) {
        Optional<FeatureReference> reference = FeatureReference.parse(text);
        if (reference.isPresent() && !reference.get().view().equals(vector.view())) {
            throw new Refusal(
                    FeatureReason.MALFORMED_FEATURE_REFERENCE,
                    "'" + text + "' is of another view than the vector " + vector);
        }
        Feature feature = feature(view, reference.map(FeatureReference::feature).orElse(text));
        if (!(feature.computation() instanceof Computation.Latest)) {
            throw new Refusal(
                    FeatureReason.MALFORMED_FEATURE_REFERENCE,
                    "'" + feature.name()
                            + "' is folded over a window; a search gives and filters by plain features, read it online");
        }
        return feature;
    }

    private static int place(FeatureView view, Feature feature) {
        String field = ((Computation.Latest) feature.computation()).field();
        List<String> names = view.fields().stream().map(EventField::name).toList();
        return names.indexOf(field);
    }

    private static float[] numbers(FeatureView view, Feature vector, Query query) {
        VectorMetric metric = vector.metric()
                .orElseThrow(() -> new Refusal(
                        FeatureReason.WRONG_VECTOR, "'" + vector.name() + "' of " + view.id() + " is no vector"));
        query.metric().filter(asked -> asked != metric).ifPresent(asked -> {
            throw new Refusal(
                    FeatureReason.WRONG_VECTOR,
                    "'" + vector.name() + "' is indexed by " + metric + ", distances by " + asked
                            + " cannot be asked for");
        });
        int dimension = view.fields().get(place(view, vector)).dimension();
        if (query.query().size() != dimension) {
            throw new Refusal(
                    FeatureReason.WRONG_VECTOR,
                    "the query has " + query.query().size() + " elements, '" + vector.name() + "' has " + dimension);
        }
        float[] numbers = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            numbers[i] = query.query().get(i);
            if (!Float.isFinite(numbers[i])) {
                throw new Refusal(
                        FeatureReason.WRONG_VECTOR, "the query's elements must be finite and fit into 32 bits");
            }
        }
        if (!metric.measures(numbers)) {
            throw new Refusal(FeatureReason.WRONG_VECTOR, "a vector of length 0 has no cosine");
        }
        return numbers;
    }

    private static int between(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new Refusal(
                    FeatureReason.MALFORMED_REQUEST,
                    "'" + what + "' must be between " + least + " and " + most + ", was " + value);
        }
        return value;
    }

    /** The filter with its features found and its values in their types. */
    private static VectorFilter typed(FeatureView view, VectorFilter filter) {
        if (filter.size() > VectorFilter.MAX_PARTS) {
            throw new Refusal(FeatureReason.WRONG_FILTER, "a filter has at most " + VectorFilter.MAX_PARTS + " parts");
        }
        return switch (filter) {
            case VectorFilter.Equal(String feature, FeatureValue value) ->
                new VectorFilter.Equal(feature, value(view, feature, value));
            case VectorFilter.OneOf(String feature, List<FeatureValue> values) ->
                new VectorFilter.OneOf(
                        feature,
                        values.stream()
                                .map(value -> value(view, feature, value))
                                .toList());
            case VectorFilter.Between(String feature, Optional<Bound> from, Optional<Bound> to) ->
                new VectorFilter.Between(feature, bound(view, feature, from), bound(view, feature, to));
            case VectorFilter.All(List<VectorFilter> parts) ->
                new VectorFilter.All(
                        parts.stream().map(part -> typed(view, part)).toList());
            case VectorFilter.Any(List<VectorFilter> parts) ->
                new VectorFilter.Any(
                        parts.stream().map(part -> typed(view, part)).toList());
            case VectorFilter.Not(VectorFilter part) -> new VectorFilter.Not(typed(view, part));
        };
    }

    private static Optional<Bound> bound(FeatureView view, String feature, Optional<Bound> bound) {
        return bound.map(of -> {
            FeatureValue value = value(view, feature, of.value());
            boolean ordered =
                    switch (value) {
                        case FeatureValue.Int _, FeatureValue.Real _, FeatureValue.Time _, FeatureValue.Text _ -> true;
                        case FeatureValue.Bool _,
                                FeatureValue.Bytes _,
                                FeatureValue.Many _,
                                FeatureValue.Counts _,
                                FeatureValue.Vector _ -> false;
                    };
            if (!ordered) {
                throw new Refusal(
                        FeatureReason.WRONG_FILTER, "'" + feature + "' has no order to be between two values");
            }
            return new Bound(value, of.inclusive());
        });
    }

    private static FeatureValue value(FeatureView view, String name, FeatureValue value) {
        Feature feature = plain(view, new FeatureReference(view.id().toString(), name), name);
        ValueType type = feature.type();
        if (!type.isScalar()) {
            throw new Refusal(
                    FeatureReason.WRONG_FILTER, "'" + name + "' is " + type.word() + "; filters compare single values");
        }
        return Coercion.to(type, value)
                .orElseThrow(() ->
                        new Refusal(FeatureReason.WRONG_FILTER, "a value of '" + name + "' must be " + type.word()));
    }
}
