package io.millrace.features.kernel.definition;

import io.millrace.definitions.MapNode;
import io.millrace.features.kernel.Entity;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.JoinKey;
import java.util.List;
import java.util.Optional;

/** Reads one document into an entity. */
final class EntityDocument {
    private EntityDocument() {}

    /** The entity; empty where a fault was added. */
    static Optional<Entity> read(MapNode document, String text) {
        int before = document.faults().all().size();
        DocumentHead head = DocumentHead.read(document, DocumentHead.Versioned.NEVER);
        List<JoinKey> keys = JoinKeyNodes.read(document, false);
        document.refuseUnknownKeys();
        if (document.faults().all().size() > before) {
            return Optional.empty();
        }
        return Optional.of(new Entity(
                head.name(),
                head.description(),
                head.owner(),
                head.tags(),
                keys.stream().map(key -> new EventField(key.name(), key.type())).toList(),
                text));
    }
}
