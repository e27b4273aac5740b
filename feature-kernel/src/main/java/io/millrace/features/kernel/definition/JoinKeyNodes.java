package io.millrace.features.kernel.definition;

import io.millrace.definitions.MapNode;
import io.millrace.definitions.NearestName;
import io.millrace.features.kernel.Entity;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.JoinKey;
import io.millrace.features.kernel.ValueType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the join keys of an entity, and the entity of a view. */
final class JoinKeyNodes {
    static final int MOST_KEYS = 16;

    /** A name as all have, or the key that Feast gives to a view without entities (docs/feast.md). */
    private static final Pattern NAME = Pattern.compile(DocumentHead.NAME.pattern() + "|__dummy_id");

    private JoinKeyNodes() {}

    /** A view's entity: its name and its join keys with the event's fields. */
    record OfView(String entity, List<JoinKey> joinKeys) {}

    /** The join keys of the map. */
    static List<JoinKey> read(MapNode entity, boolean withFields) {
        var keys = new ArrayList<JoinKey>();
        Set<String> names = new HashSet<>();
        for (MapNode node : entity.maps("join_keys")) {
            String name = node.string("name", NAME, DocumentHead.NAME_EXPECTATION);
            Optional<ValueType> type = node.optionalChoice("type", ValueType.words());
            if (!node.has("type")) {
                node.fault("type", "'type' is missing: expected one of bool, int64, string, bytes, timestamp");
            }
            if (type.filter(of -> !of.isScalar()).isPresent()) {
                node.fault("type", "a join key must be one of bool, int64, string, bytes, timestamp");
            }
            if (type.filter(ValueType.DOUBLE::equals).isPresent()) {
                node.fault("type", "a join key cannot be a double: equal numbers would be different entities");
            }
            String field = withFields && node.has("field")
                    ? node.string("field", DocumentHead.PATH, DocumentHead.PATH_EXPECTATION)
                    : name;
            if (!name.isEmpty() && !names.add(name)) {
                node.fault("name", "join key '" + name + "' stands twice");
            }
            node.refuseUnknownKeys();
            keys.add(new JoinKey(name, type.orElse(ValueType.STRING), field));
        }
        if (keys.isEmpty() || keys.size() > MOST_KEYS) {
            entity.fault(
                    "join_keys",
                    "'join_keys' must have at least one join key and at most " + MOST_KEYS + ", has " + keys.size());
        }
        return keys;
    }

    /** The entity of a view: the name of an {@link Entity}, or a name and join keys, which must be that entity's where there is one. */
    static Optional<OfView> ofView(MapNode document, Map<String, Entity> entities) {
        if (document.isText("entity")) {
            String name = document.string("entity", DocumentHead.NAME, DocumentHead.NAME_EXPECTATION);
            Entity entity = entities.get(name);
            if (entity == null) {
                document.fault(
                        "entity",
                        "there is no Entity '" + name + "'" + NearestName.hint(name, entities.keySet())
                                + "; apply one with it, or write the join keys here");
                return Optional.empty();
            }
            return Optional.of(new OfView(
                    name,
                    entity.joinKeys().stream()
                            .map(key -> new JoinKey(key.name(), key.type(), key.name()))
                            .toList()));
        }
        if (!document.has("entity")) {
            document.fault("entity", "'entity' is missing: expected the name of an Entity, or a map");
        }
        return document.optionalMap("entity").map(node -> {
            String name = node.string("name", DocumentHead.NAME, DocumentHead.NAME_EXPECTATION);
            List<JoinKey> keys = read(node, true);
            Entity declared = entities.get(name);
            if (declared != null) {
                compare(node, keys, declared);
            }
            node.refuseUnknownKeys();
            return new OfView(name, keys);
        });
    }

    private static void compare(MapNode node, List<JoinKey> keys, Entity declared) {
        List<EventField> written =
                keys.stream().map(key -> new EventField(key.name(), key.type())).toList();
        if (!written.equals(declared.joinKeys())) {
            node.fault(
                    "join_keys",
                    "Entity '" + declared.name() + "' has the join keys " + words(declared.joinKeys()) + ", these are "
                            + words(written));
        }
    }

    static List<String> words(List<EventField> keys) {
        return keys.stream().map(key -> key.name() + ": " + key.type().word()).toList();
    }
}
