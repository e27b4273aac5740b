package io.millrace.local.apply;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Yaml;
import io.millrace.proto.features.v1.FeatureServiceFeatures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Which pipelines read what goes: features of views, by their own list or through a feature service, and feature services.
 *
 * @param retired {@code view@version}
 * @param defaults those versions that their name means when it stands without one
 * @param now what a feature service stands for; empty where there is none
 * @param planned what feature services stand for by then
 */
record PipelineReaders(
        Set<String> retired,
        Set<String> defaults,
        Function<String, Optional<FeatureServiceFeatures>> now,
        List<FeatureServiceFeatures> planned) {
    /**
     * One line per pipeline and what it reads that goes.
     *
     * @param definitions the YAML of each pipeline
     * @param unchecked whether their models are not looked at in this plan, so that a feature that their service loses is one that goes
     */
    List<String> among(Map<String, String> definitions, boolean unchecked) {
        var readers = new ArrayList<String>();
        definitions.forEach((name, yaml) -> {
            for (MapNode document : Yaml.documents(new DefinitionFile(name, yaml), new Faults())) {
                for (String feature : document.strings("features")) {
                    retiredOf(feature)
                            .ifPresent(id -> readers.add(
                                    "pipeline " + name + " reads " + feature + " of " + id + ", which is retired"));
                }
                document.optionalString("service").ifPresent(service -> through(service, unchecked)
                        .forEach(what -> readers.add("pipeline " + name + " reads " + what)));
            }
        });
        return readers;
    }

    /** What goes of a service. */
    private List<String> through(String service, boolean unchecked) {
        var gone = new ArrayList<String>();
        FeatureServiceFeatures before = now.apply(service).orElse(null);
        if (before == null) {
            return gone;
        }
        String title = "feature service " + before.getFeatureService();
        for (FeatureServiceFeatures.Feature feature : before.getFeaturesList()) {
            retiredOf(feature.getReference())
                    .ifPresent(id -> gone.add(
                            feature.getReference() + " of " + id + " through " + title + ", which is retired"));
        }
        FeatureServiceFeatures after = planned.stream()
                .filter(of -> isMeantBy(service, of))
                .findFirst()
                .orElse(null);
        if (after == null) {
            if (gone.isEmpty()) {
                gone.add(title + ", which is retired");
            }
        } else if (unchecked) {
            List<String> left = references(after);
            references(before).stream()
                    .filter(reference -> !left.contains(reference))
                    .forEach(reference -> gone.add(reference + " through " + title + ", which "
                            + after.getFeatureService() + " does not have any more"));
        }
        return gone;
    }

    private static List<String> references(FeatureServiceFeatures service) {
        return service.getFeaturesList().stream()
                .map(FeatureServiceFeatures.Feature::getReference)
                .toList();
    }

    private static boolean isMeantBy(String name, FeatureServiceFeatures service) {
        return service.getFeatureService().equals(name)
                || (service.getIsDefault() && service.getFeatureService().startsWith(name + "@"));
    }

    private Optional<String> retiredOf(String feature) {
        String view = feature.substring(0, Math.max(0, feature.indexOf(':')));
        return retired.stream()
                .filter(id -> id.equals(view) || (defaults.contains(id) && id.startsWith(view + "@")))
                .findFirst();
    }
}
