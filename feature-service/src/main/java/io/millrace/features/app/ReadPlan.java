package io.millrace.features.app;

import io.millrace.definitions.NearestName;
import io.millrace.features.domain.FeatureReference;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.NamedView;
import io.millrace.features.kernel.OnDemandView;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionSet;
import io.millrace.features.kernel.ondemand.OnDemandPlan;
import io.millrace.features.kernel.ondemand.OnDemandPlanner;
import io.millrace.features.kernel.ondemand.UncomputableException;
import io.millrace.gate.Refusal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Which views a request reads and where each of its results comes from. Made once for all requests that ask for the same.
 *
 * @param parts each view once, with the features that are asked for
 * @param outputs one per requested feature, in the request's order
 * @param onDemand what is computed of what is read
 * @param cost what such reads have cost lately
 */
public record ReadPlan(
        List<Part> parts, List<Output> outputs, Set<String> joinKeys, OnDemandReads onDemand, ReadCost cost) {
    /** The most features of one request. */
    public static final int MAX_FEATURES = 1_000;

    /**
     * One result.
     *
     * @param view index into {@link #parts}; behind them stand the computed features, one by one
     * @param column index into the part's features
     */
    public record Output(String name, int view, int column) {}

    /**
     * What is read of one view.
     *
     * @param features places of features in the view, each once
     * @param definition {@link #definition} of the view
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared: plans are found by what was asked for
    public record Part(FeatureView view, int[] features, String definition) {
        public Part(FeatureView view, int[] features) {
            this(view, features, ReadPlan.definition(view));
        }
    }

    /** The first 16 hex digits of the SHA-256 of a view's definition: tells a version that was retired and defined anew from the one before. */
    static String definition(FeatureView view) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(view.yaml().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, Long.BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Collects the features of a view. */
    private static final class Collected {
        final int index;
        final FeatureView view;
        final Map<Integer, Integer> columns = new LinkedHashMap<>();

        Collected(int index, FeatureView view) {
            this.index = index;
            this.view = view;
        }

        int column(int feature) {
            return columns.computeIfAbsent(feature, _ -> columns.size());
        }

        Part part() {
            return new Part(
                    view, columns.keySet().stream().mapToInt(Integer::intValue).toArray());
        }
    }

    /** The views, in the order in which they were first named. */
    public List<FeatureView> views() {
        return parts.stream().map(Part::view).toList();
    }

    public ReadPlan {
        parts = List.copyOf(parts);
        outputs = List.copyOf(outputs);
        joinKeys = Set.copyOf(joinKeys);
    }

    /** A plan in which nothing is computed. */
    public ReadPlan(List<Part> parts, List<Output> outputs, Set<String> joinKeys) {
        this(parts, outputs, joinKeys, OnDemandReads.NONE, new ReadCost());
    }

    /**
     * The plan of some features.
     *
     * @param resolve the version that the name of a view means; also asked for the views that on-demand features are computed of
     * @throws Refusal where one is unknown or two would have the same name
     */
    public static ReadPlan of(
            List<String> features,
            boolean fullNames,
            Function<String, ? extends Optional<? extends NamedView>> resolve) {
        Function<String, Optional<NamedView>> named =
                name -> resolve.apply(name).map(NamedView.class::cast);
        return of(features, fullNames, new OnDemandPlanner(named), named);
    }

    /** The plan of some features, kept and computed ones. */
    static ReadPlan of(List<String> features, boolean fullNames, DefinitionSet definitions) {
        return of(features, fullNames, new OnDemandPlanner(definitions::view), name -> {
            Optional<NamedView> view = definitions.view(name);
            if (view.isEmpty()) {
                throw unknownView(name, definitions);
            }
            return view;
        });
    }

    private static ReadPlan of(
            List<String> features,
            boolean fullNames,
            OnDemandPlanner computed,
            Function<String, Optional<NamedView>> resolve) {
        if (features.isEmpty()) {
            throw new Refusal(FeatureReason.EMPTY_REQUEST, "no features are asked for");
        }
        if (features.size() > MAX_FEATURES) {
            throw new Refusal(
                    FeatureReason.TOO_MANY_FEATURES,
                    features.size() + " features are asked for, at most " + MAX_FEATURES + " are read in one request");
        }
        var drafting = new Drafting(computed, resolve);
        Set<String> names = new HashSet<>();
        for (String text : features) {
            FeatureReference reference = FeatureReference.parse(text)
                    .orElseThrow(() -> new Refusal(
                            FeatureReason.MALFORMED_FEATURE_REFERENCE,
                            Names.shown(text) + " is not of the form view:feature or view@version:feature"));
            String name = fullNames ? reference.fullName() : reference.feature();
            if (!names.add(name)) {
                throw new Refusal(
                        FeatureReason.NAME_CLASH,
                        "two results would be named '" + name + "'"
                                + (fullNames
                                        ? ""
                                        : "; ask for full_feature_names to tell features of several views apart"));
            }
            drafting.add(name, reference);
        }
        return drafting.plan();
    }

    /** A plan that is being made. */
    private static final class Drafting {
        final OnDemandPlanner computed;
        final Function<String, Optional<NamedView>> resolve;
        final Map<ViewId, Collected> views = new LinkedHashMap<>();
        final List<Output> outputs = new ArrayList<>();
        final Set<String> joinKeys = new HashSet<>();
        int computations;

        Drafting(OnDemandPlanner computed, Function<String, Optional<NamedView>> resolve) {
            this.computed = computed;
            this.resolve = resolve;
        }

        void add(String name, FeatureReference reference) {
            NamedView named = resolve.apply(reference.view())
                    .orElseThrow(() -> unknownView(reference.view(), DefinitionSet.EMPTY));
            int index = named.featureNames().indexOf(reference.feature());
            if (index < 0) {
                throw new Refusal(
                        FeatureReason.FEATURE_NOT_FOUND,
                        "feature view " + named.id() + " has no feature '" + reference.feature() + "'"
                                + NearestName.hint(reference.feature(), named.featureNames()));
            }
            switch (named) {
                case FeatureView view -> {
                    OnDemandReads.Cell cell = cell(view, index);
                    outputs.add(new Output(name, cell.view(), cell.column()));
                }
                case OnDemandView view -> {
                    compute(view, reference);
                    outputs.add(new Output(name, -1 - computations++, 0));
                }
            }
        }

        private void compute(OnDemandView view, FeatureReference reference) {
            try {
                computed.add(view, reference.feature());
            } catch (UncomputableException e) {
                throw new Refusal(
                        FeatureReason.FEATURE_NOT_FOUND, reference + " cannot be computed: " + e.getMessage(), e);
            }
        }

        private OnDemandReads.Cell cell(FeatureView view, int feature) {
            Collected of = views.computeIfAbsent(view.id(), _ -> new Collected(views.size(), view));
            view.joinKeys().forEach(key -> joinKeys.add(key.name()));
            return new OnDemandReads.Cell(of.index, of.column(feature));
        }

        ReadPlan plan() {
            OnDemandPlan onDemand = computed.plan();
            List<OnDemandReads.Cell> cells = onDemand.kept().stream()
                    .map(kept -> cell(kept.view(), kept.feature()))
                    .toList();
            return new ReadPlan(
                    views.values().stream().map(Collected::part).toList(),
                    outputs.stream()
                            .map(output -> output.view() >= 0
                                    ? output
                                    : new Output(output.name(), views.size() - 1 - output.view(), 0))
                            .toList(),
                    joinKeys,
                    new OnDemandReads(onDemand, cells),
                    new ReadCost());
        }
    }

    /** What a name that no view has is answered with: the name that may be meant, or the versions that there are. */
    static Refusal unknownView(String name, DefinitionSet served) {
        int at = name.indexOf('@');
        String view = at < 0 ? name : name.substring(0, at);
        List<ViewId> versions = served.versions(view);
        return new Refusal(
                FeatureReason.VIEW_NOT_FOUND,
                "Feature view " + name + " does not exist"
                        + (versions.isEmpty()
                                ? NearestName.hint(view, served.viewNames())
                                : "; versions that do: "
                                        + versions.stream()
                                                .map(ViewId::toString)
                                                .sorted()
                                                .toList()));
    }
}
