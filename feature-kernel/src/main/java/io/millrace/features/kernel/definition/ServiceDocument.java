package io.millrace.features.kernel.definition;

import io.millrace.definitions.MapNode;
import io.millrace.features.kernel.ServiceDefinition;
import io.millrace.features.kernel.ViewId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads one document into a feature service. */
final class ServiceDocument {
    static final int MOST_FEATURES = 1_000;

    private ServiceDocument() {}

    /** The service; empty where a fault was added. Whether its features exist is checked with all definitions at hand. */
    static Optional<ServiceDefinition> read(MapNode document, String text) {
        int before = document.faults().all().size();
        DocumentHead head = DocumentHead.read(document, DocumentHead.Versioned.OPTIONAL);
        List<String> features = FeatureLists.texts(document, MOST_FEATURES);
        Set<String> seen = new HashSet<>();
        for (String feature : features) {
            if (!seen.add(feature)) {
                document.fault("features", "'" + feature + "' stands twice");
            }
        }
        document.refuseUnknownKeys();
        if (document.faults().all().size() > before) {
            return Optional.empty();
        }
        return Optional.of(new ServiceDefinition(
                new ViewId(head.name(), head.version()),
                head.description(),
                head.owner(),
                head.tags(),
                features,
                text));
    }
}
