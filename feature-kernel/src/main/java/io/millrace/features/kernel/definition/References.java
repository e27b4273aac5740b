package io.millrace.features.kernel.definition;

import io.millrace.definitions.NearestName;
import io.millrace.features.kernel.FeatureName;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.NamedView;
import io.millrace.features.kernel.OnDemandView;
import io.millrace.features.kernel.ServiceDefinition;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionKey.Kind;
import io.millrace.features.kernel.ondemand.OnDemandPlanner;
import io.millrace.features.kernel.ondemand.UncomputableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks that what definitions name is there, and that what they compute of it can be computed. */
public final class References {
    private References() {}

    /**
     * What is wrong with a definition.
     *
     * @param about the name, without version, of the view that is at fault where it is another one; else empty
     * @param member the feature's name where the fault is one feature's; else empty
     */
    public record Broken(DefinitionKey key, String about, String member, String message) {}

    /** Everything that is wrong between the definitions of a set. */
    public static List<Broken> broken(DefinitionSet set) {
        var broken = new ArrayList<Broken>();
        set.views().values().forEach(view -> check(view, set, broken));
        set.onDemand().values().forEach(view -> check(view, set, broken));
        set.services().values().forEach(service -> check(service, set, broken));
        return broken;
    }

    /** A view reads the join keys of its entity when it is read, and goes on with them; that the entity stays is what is checked here. */
    private static void check(FeatureView view, DefinitionSet set, List<Broken> broken) {
        var entity = set.entities().get(view.entity());
        if (entity != null) {
            List<FeatureView.EventField> keys = view.joinKeys().stream()
                    .map(key -> new FeatureView.EventField(key.name(), key.type()))
                    .toList();
            if (!keys.equals(entity.joinKeys())) {
                broken.add(new Broken(
                        DefinitionKey.view(view.id()),
                        "",
                        "",
                        "its join keys are " + JoinKeyNodes.words(keys) + ", those of Entity '" + entity.name()
                                + "' are " + JoinKeyNodes.words(entity.joinKeys())));
            }
        }
    }

    private static void check(OnDemandView view, DefinitionSet set, List<Broken> broken) {
        var key = new DefinitionKey(Kind.ON_DEMAND_FEATURE_VIEW, view.id());
        int before = broken.size();
        if (set.views().keySet().stream()
                .anyMatch(id -> id.name().equals(view.id().name()))) {
            broken.add(new Broken(
                    key, "", "", "a FeatureView has the name '" + view.id().name() + "' already"));
        }
        for (OnDemandView.Input input : view.inputs()) {
            fault(input.feature(), set)
                    .ifPresent(message -> broken.add(new Broken(
                            key, nameOf(input.feature().view()), "", "input '" + input.feature() + "': " + message)));
        }
        if (broken.size() > before) {
            return;
        }
        for (OnDemandView.Computed feature : view.features()) {
            try {
                new OnDemandPlanner(set::view).add(view, feature.name());
            } catch (UncomputableException e) {
                if (e.at().equals(view.id())) {
                    broken.add(new Broken(key, "", feature.name(), String.valueOf(e.getMessage())));
                }
            }
        }
    }

    private static void check(ServiceDefinition service, DefinitionSet set, List<Broken> broken) {
        var key = new DefinitionKey(Kind.FEATURE_SERVICE, service.id());
        if (service.id().version().isEmpty()
                && set.services().keySet().stream()
                        .anyMatch(id -> id.name().equals(service.id().name())
                                && !id.version().isEmpty())) {
            broken.add(new Broken(key, "", "", "'version' is missing: there are versions of this service"));
        }
        for (String feature : service.features()) {
            Optional<FeatureName> name = FeatureName.parse(feature);
            Optional<String> fault = name.isPresent()
                    ? fault(name.get(), set)
                    : set.view(feature).isPresent() ? Optional.empty() : Optional.of(noView(feature, set));
            String about = nameOf(name.map(FeatureName::view).orElse(feature));
            fault.ifPresent(message -> broken.add(new Broken(key, about, "", "'" + feature + "': " + message)));
        }
    }

    private static Optional<String> fault(FeatureName name, DefinitionSet set) {
        Optional<NamedView> view = set.view(name.view());
        if (view.isEmpty()) {
            return Optional.of(noView(name.view(), set));
        }
        List<String> features = view.get().featureNames();
        return features.contains(name.feature())
                ? Optional.empty()
                : Optional.of(view.get().id() + " has no feature '" + name.feature() + "'"
                        + NearestName.hint(name.feature(), features));
    }

    private static String nameOf(String view) {
        int at = view.indexOf('@');
        return at < 0 ? view : view.substring(0, at);
    }

    private static String noView(String name, DefinitionSet set) {
        if (!set.versions(name).isEmpty()) {
            return "no version of view '" + name + "' is active";
        }
        return "there is no view '" + name + "'" + NearestName.hint(name, set.viewNames());
    }

    /** What reads features of this version of a view: on-demand views and services, those that name it without a version where it is the newest. */
    public static List<DefinitionKey> readersOf(ViewId view, DefinitionSet set) {
        var readers = new ArrayList<DefinitionKey>();
        for (OnDemandView reader : set.onDemand().values()) {
            if (reader.inputs().stream().anyMatch(input -> means(input.feature().view(), view, set))) {
                readers.add(new DefinitionKey(Kind.ON_DEMAND_FEATURE_VIEW, reader.id()));
            }
        }
        for (ServiceDefinition service : set.services().values()) {
            if (service.features().stream()
                    .map(feature ->
                            FeatureName.parse(feature).map(FeatureName::view).orElse(feature))
                    .anyMatch(name -> means(name, view, set))) {
                readers.add(new DefinitionKey(Kind.FEATURE_SERVICE, service.id()));
            }
        }
        return readers;
    }

    private static boolean means(String name, ViewId view, DefinitionSet set) {
        return set.view(name).filter(found -> found.id().equals(view)).isPresent();
    }
}
