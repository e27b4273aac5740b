package io.millrace.features.app;

import io.millrace.definitions.NearestName;
import io.millrace.features.kernel.FeatureName;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.NamedView;
import io.millrace.features.kernel.ServiceDefinition;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionKey;
import io.millrace.features.kernel.definition.DefinitionSet;
import io.millrace.gate.Refusal;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * What a feature service stands for at a moment.
 *
 * @param id the version is empty where it has none
 * @param isDefault whether the name without a version means this one
 * @param features in the order of the definition; a view that it names is all of that view's features
 * @param joinKeys what a read of them takes, by name
 * @param requestData what on-demand features among them need of a request
 */
public record ServiceFeatures(
        ViewId id, boolean isDefault, List<Feature> features, List<String> joinKeys, List<String> requestData) {
    private static final Logger LOG = Logger.getLogger(ServiceFeatures.class);

    public ServiceFeatures {
        features = List.copyOf(features);
        joinKeys = List.copyOf(joinKeys);
        requestData = List.copyOf(requestData);
    }

    /** A feature as a request names it. */
    public record Feature(String reference, ValueType type) {}

    /**
     * @param name {@code service} for the newest version, or {@code service@version}
     * @throws Refusal with {@link FeatureReason#FEATURE_SERVICE_NOT_FOUND}, or why its features cannot be read
     */
    static ServiceFeatures of(String name, DefinitionSet definitions) {
        return of(find(name, definitions), definitions);
    }

    private static ServiceFeatures of(ServiceDefinition service, DefinitionSet definitions) {
        List<String> references = references(service, definitions);
        ReadPlan plan = ReadPlan.of(references, true, definitions);
        return new ServiceFeatures(
                service.id(),
                definitions.isDefault(new DefinitionKey(DefinitionKey.Kind.FEATURE_SERVICE, service.id())),
                references.stream()
                        .map(reference -> new Feature(reference, type(reference, definitions)))
                        .toList(),
                plan.joinKeys().stream().sorted().toList(),
                plan.onDemand().request().stream()
                        .map(EventField::name)
                        .sorted()
                        .distinct()
                        .toList());
    }

    /** All services whose features can be read; what is wrong with the others is among what is broken. */
    static List<ServiceFeatures> all(DefinitionSet definitions) {
        var all = new ArrayList<ServiceFeatures>();
        for (ServiceDefinition service : definitions.services().values()) {
            try {
                all.add(of(service, definitions));
            } catch (Refusal unreadable) {
                LOG.debugf("Feature service %s stands for nothing: %s", service.id(), unreadable.getMessage());
            }
        }
        return all;
    }

    /** The features as a request names them. */
    static List<String> references(String name, DefinitionSet definitions) {
        return references(find(name, definitions), definitions);
    }

    private static List<String> references(ServiceDefinition service, DefinitionSet definitions) {
        var features = new ArrayList<String>();
        for (String feature : service.features()) {
            if (FeatureName.parse(feature).isPresent()) {
                features.add(feature);
            } else {
                NamedView view =
                        definitions.view(feature).orElseThrow(() -> ReadPlan.unknownView(feature, definitions));
                view.featureNames().forEach(of -> features.add(feature + ":" + of));
            }
        }
        return features;
    }

    private static ServiceDefinition find(String name, DefinitionSet definitions) {
        return definitions
                .service(name)
                .orElseThrow(() -> new Refusal(
                        FeatureReason.FEATURE_SERVICE_NOT_FOUND,
                        "Feature service " + name + " does not exist"
                                + NearestName.hint(
                                        name,
                                        definitions.services().keySet().stream()
                                                .map(ViewId::name)
                                                .toList())));
    }

    private static ValueType type(String reference, DefinitionSet definitions) {
        FeatureName name = FeatureName.parse(reference).orElseThrow();
        return definitions
                .view(name.view())
                .flatMap(view -> view.typeOf(name.feature()))
                .orElseThrow(() -> new IllegalStateException(reference + " was read and has no type"));
    }
}
